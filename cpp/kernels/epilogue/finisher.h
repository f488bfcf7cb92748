// From rows of complete sums to the output, for kernels that leave them in memory: by the links of
// a chain, or by the program's own code.
#pragma once

#include <optional>
#include <vector>

#include "kernels/epilogue/finish_rows.h"
#include "kernels/epilogue/operand.h"
#include "kernels/epilogue/row_program.h"

namespace trtlike::kernels::epilogue {

/// How the output lies: from one matrix and from one row to the next, in elements.
struct OutputView {
  DataType dtype = DataType::Float;
  int64_t matrix_stride = 0;
  int64_t row_stride = 0;
};

/// Sums of some rows and columns of a matrix of the output.
struct SumsBlock {
  const float* sums;
  int64_t stride;
  int64_t row;
  int64_t rows;
  int64_t column;
  int64_t columns;
};

class Finisher {
 public:
  /// Links number the operands from 0; there are kMaxOperands at most.
  Finisher(std::vector<Link> links, std::vector<Operand> operands, const OutputView& out,
           core::Isa isa);
  /// Inputs 1, 2, ... of the program are the operands.
  Finisher(const ops::PointwiseProgram& program, std::vector<Operand> operands,
           const OutputView& out, core::Isa isa);

  size_t scratch_bytes() const { return program_ ? program_->scratch_bytes() : 0; }
  /// `scratch` has scratch_bytes().
  void run(const RunArgs& args, int64_t matrix, const SumsBlock& block,
           void* scratch) const noexcept;

 private:
  void* out_at(const RunArgs& args, int64_t matrix, int64_t row, int64_t column) const;

  std::vector<Link> links_;
  FinishRows finish_ = nullptr;
  std::optional<RowProgram> program_;
  std::vector<Operand> operands_;
  OutputView out_;
};

}  // namespace trtlike::kernels::epilogue
