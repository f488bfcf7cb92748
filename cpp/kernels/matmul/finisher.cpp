// Programs behind products: as a chain in the tiles' own code, or as an epilogue.
#include "kernels/matmul/finisher.h"

#include "core/os/cpu.h"

namespace trtlike::kernels::matmul {

Finisher::Finisher(const Setup& setup, const TileSet& tiles) : setup_(setup), tiles_(tiles) {
  if (!setup.program) return;
  std::vector<pointwise::OperandKind> kinds;
  for (const Operand& operand : setup.operands)
    kinds.push_back({operand.dtype, operand.column_stride == 0});
  epilogue_.emplace(*setup.program, kinds, setup.out, core::cpu_isa());
}

const void* Finisher::operand_at(const RunArgs& args, const Operand& operand, int64_t product,
                                 const SumsBlock& block) const {
  const int64_t element = operand.offsets[static_cast<size_t>(product)] +
                          block.row * operand.row_stride + block.column * operand.column_stride;
  return static_cast<const std::byte*>(args.inputs[operand.input]) +
         element * static_cast<int64_t>(core::dtype_bytes(operand.dtype, 1));
}

void Finisher::run(const RunArgs& args, int64_t product, const SumsBlock& block,
                   std::byte* scratch) const noexcept {
  const int64_t first = (product * setup_.m + block.row) * setup_.n + block.column;
  void* out = static_cast<std::byte*>(args.outputs[0]) +
              first * static_cast<int64_t>(core::dtype_bytes(setup_.out, 1));
  if (epilogue_) {
    pointwise::EpilogueOperand extras[kMaxOperands];
    for (size_t i = 0; i < setup_.operands.size(); ++i)
      extras[i] = {operand_at(args, setup_.operands[i], product, block),
                   setup_.operands[i].row_stride};
    epilogue_->run(block.sums, block.stride, out, setup_.n, block.rows, block.columns, extras,
                   scratch);
    return;
  }
  FinishArgs finish;
  finish.sums = block.sums;
  finish.sums_stride = block.stride;
  finish.rows = block.rows;
  finish.columns = block.columns;
  finish.links = setup_.links.data();
  finish.num_links = static_cast<int>(setup_.links.size());
  for (size_t i = 0; i < setup_.operands.size(); ++i) {
    const Operand& operand = setup_.operands[i];
    finish.operands[i] = {operand_at(args, operand, product, block), operand.dtype,
                          operand.row_stride, operand.column_stride};
  }
  finish.out = out;
  finish.dtype = setup_.out;
  finish.out_stride = setup_.n;
  tiles_.finish(finish);
}

}  // namespace trtlike::kernels::matmul
