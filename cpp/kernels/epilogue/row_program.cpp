// Rows of a tile, or the whole tile in one go where nothing lies between its rows.
#include "kernels/epilogue/row_program.h"

#include "core/check.h"

namespace trtlike::kernels::epilogue {

using pointwise::kMaxInputs;
using pointwise::OperandKind;

RowProgram::RowProgram(const ops::PointwiseProgram& program, const std::vector<OperandKind>& extras,
                       DataType output, core::Isa isa)
    : kinds_{{DataType::Float, false}},
      out_bytes_(static_cast<int64_t>(core::dtype_bytes(output, 1))),
      is_empty_(program.output == 0) {
  kinds_.insert(kinds_.end(), extras.begin(), extras.end());
  TRTLIKE_ASSERT(static_cast<int>(kinds_.size()) == program.num_inputs, kinds_.size(),
                 " operands for ", program.to_text());
  for (const OperandKind& kind : kinds_)
    elem_bytes_.push_back(static_cast<int64_t>(core::dtype_bytes(kind.dtype, 1)));
  code_ = pointwise::make_code(program, kinds_, output, isa);
  TRTLIKE_ASSERT(code_ != nullptr, program.to_text());
}

bool RowProgram::can_run(const ops::PointwiseProgram& program) {
  const std::vector<OperandKind> kinds(static_cast<size_t>(program.num_inputs));
  return pointwise::make_interpreted_code(program, kinds, DataType::Half, core::Isa::Portable) !=
         nullptr;
}

void RowProgram::run(const float* tile, int64_t tile_stride, void* out, int64_t out_stride,
                     int64_t rows, int64_t columns, const RowProgramOperand* extras,
                     void* scratch) const noexcept {
  bool dense = tile_stride == columns && out_stride == columns;
  for (size_t i = 1; i < kinds_.size(); ++i)
    dense = dense && extras[i - 1].row_stride == (kinds_[i].is_one ? 0 : columns);
  if (dense) {
    columns *= rows;
    rows = 1;
  }
  const void* inputs[kMaxInputs] = {tile};
  int64_t steps[kMaxInputs + 1] = {tile_stride * elem_bytes_[0]};
  for (size_t i = 1; i < kinds_.size(); ++i) {
    inputs[i] = extras[i - 1].data;
    steps[i] = extras[i - 1].row_stride * elem_bytes_[i];
  }
  steps[kinds_.size()] = out_stride * out_bytes_;
  code_->run_rows(inputs, out, steps, static_cast<int>(kinds_.size()), rows, columns, scratch);
}

}  // namespace trtlike::kernels::epilogue
