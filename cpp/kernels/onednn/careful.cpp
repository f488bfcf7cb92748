// Sums by a plain primitive, and the interpreter on them.
#include "kernels/onednn/careful.h"

#include <algorithm>
#include <array>

#include "core/check.h"
#include "core/os/memory.h"

namespace trtlike::kernels::onednn {

CarefulSlice::CarefulSlice(const dnnl::primitive& plain, const Call& call, size_t result_slot,
                           const std::string& program, std::vector<ProgramOperand> operands,
                           DataType result, int64_t rows, int64_t columns)
    : plain_(plain, call),
      result_slot_(result_slot),
      operands_(std::move(operands)),
      rows_(rows),
      columns_(columns) {
  const auto parsed = ops::PointwiseProgram::parse(program);
  // The program may have inputs that it does not read.
  operands_.resize(static_cast<size_t>(parsed.num_inputs - 1));
  const auto bytes = [](DataType dtype) {
    return static_cast<int64_t>(core::dtype_bytes(dtype, 1));
  };
  std::vector<pointwise::OperandKind> kinds{{result, false}};
  steps_.push_back(columns * bytes(result));
  for (const ProgramOperand& operand : operands_) {
    kinds.push_back({operand.dtype, operand.is_one});
    steps_.push_back(operand.row_elems * bytes(operand.dtype));
  }
  steps_.push_back(columns * bytes(result));
  code_ = pointwise::make_interpreted_code(parsed, kinds, result, core::cpu_isa());
  TRTLIKE_ASSERT(code_ != nullptr, program);
  scratch_ = core::allocate_shared(code_->scratch_bytes());
}

void CarefulSlice::run(const Call& call) const noexcept {
  plain_.run();
  std::array<const void*, pointwise::kMaxInputs> inputs{call.address(result_slot_)};
  for (size_t i = 0; i < operands_.size(); ++i) inputs[1 + i] = call.address(operands_[i].slot);
  code_->run_rows(inputs.data(), const_cast<void*>(inputs[0]), steps_.data(),
                  static_cast<int>(1 + operands_.size()), rows_, columns_, scratch_.get());
}

}  // namespace trtlike::kernels::onednn
