// Addresses of a block's operands and results.
#include "kernels/epilogue/finisher.h"

#include <array>

#include "core/check.h"

namespace trtlike::kernels::epilogue {
namespace {

std::vector<pointwise::OperandKind> kinds_of(const std::vector<Operand>& operands) {
  std::vector<pointwise::OperandKind> kinds;
  for (const Operand& operand : operands)
    kinds.push_back({operand.dtype, operand.column_stride == 0});
  return kinds;
}

}  // namespace

Finisher::Finisher(std::vector<Link> links, std::vector<Operand> operands, const OutputView& out,
                   core::Isa isa)
    : links_(prepare_links(std::move(links))),
      finish_(find_finish_rows(isa)),
      operands_(std::move(operands)),
      out_(out) {
  TRTLIKE_ASSERT(operands_.size() <= kMaxOperands, operands_.size(), " operands of links");
}

Finisher::Finisher(const ops::PointwiseProgram& program, std::vector<Operand> operands,
                   const OutputView& out, core::Isa isa)
    : program_(std::in_place, program, kinds_of(operands), out.dtype, isa),
      operands_(std::move(operands)),
      out_(out) {}

void* Finisher::out_at(const RunArgs& args, int64_t matrix, int64_t row, int64_t column) const {
  const int64_t element = matrix * out_.matrix_stride + row * out_.row_stride + column;
  return static_cast<std::byte*>(args.outputs[0]) +
         element * static_cast<int64_t>(core::dtype_bytes(out_.dtype, 1));
}

void Finisher::run(const RunArgs& args, int64_t matrix, const SumsBlock& block,
                   void* scratch) const noexcept {
  void* out = out_at(args, matrix, block.row, block.column);
  const auto address = [&](const Operand& operand) {
    return operand.at(args, matrix, block.row, block.column);
  };
  if (program_) {
    std::array<RowProgramOperand, pointwise::kMaxInputs> extras;
    for (size_t i = 0; i < operands_.size(); ++i)
      extras[i] = {address(operands_[i]), operands_[i].row_stride};
    program_->run(block.sums, block.stride, out, out_.row_stride, block.rows, block.columns,
                  extras.data(), scratch);
    return;
  }
  FinishArgs finish;
  finish.sums = block.sums;
  finish.sums_stride = block.stride;
  finish.rows = static_cast<int>(block.rows);
  finish.columns = static_cast<int>(block.columns);
  finish.links = links_.data();
  finish.num_links = static_cast<int>(links_.size());
  for (size_t i = 0; i < operands_.size(); ++i) {
    const Operand& operand = operands_[i];
    finish.operands[i] = {address(operand), operand.dtype, operand.row_stride,
                          operand.column_stride};
  }
  finish.out = out;
  finish.dtype = out_.dtype;
  finish.out_stride = out_.row_stride;
  finish_(finish);
}

}  // namespace trtlike::kernels::epilogue
