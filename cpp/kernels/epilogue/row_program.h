// Any program of an epilogue as code of its own, run on a tile of sums while it is in the L1 cache.
//
//   out[r][c] = program(tile[r][c], x1[r][c], x2[r][c], ...)   for r < rows, c < columns
//
// Input 0 of the program is the tile; inputs 1, 2, ... are the extra operands in their order. An
// operand has one element a column (of stride 1) or, when it `is_one`, one element for all columns
// of a row; from row to row it moves by its row stride, 0 where it repeats. So with pixels as rows
// and channels as columns, a residual in ChannelsLast is {pitch}, a bias [1, K, 1, 1] is {0}, a
// gate [N, 1, H, W] is an is_one of {1}, a scalar an is_one of {0}.
#pragma once

#include <memory>
#include <vector>

#include "kernels/pointwise/code.h"

namespace trtlike::kernels::epilogue {

/// Where an operand's elements for the tile's first row and column are.
struct RowProgramOperand {
  const void* data = nullptr;
  int64_t row_stride = 0;  ///< elements
};

/// Made once by a kernel's prepare; immutable, so that all threads share it.
class RowProgram {
 public:
  /// `extras` are the kinds of program inputs 1, 2, ...; `output` is the type that is stored.
  /// Throws InternalError when can_run(program) is false or the number of extras is another than
  /// the program's.
  RowProgram(const ops::PointwiseProgram& program,
             const std::vector<pointwise::OperandKind>& extras, DataType output, core::Isa isa);

  /// False for programs with too many inputs or live values: a tactic refuses those.
  static bool can_run(const ops::PointwiseProgram& program);
  /// Nothing is computed: the tile's elements are the results. Running it converts and copies.
  bool is_empty() const { return is_empty_; }
  /// What run needs as `scratch`, aligned to 64 bytes; contents are not kept.
  size_t scratch_bytes() const { return code_->scratch_bytes(); }

  /// Never allocates or throws. `out` may be the tile itself when the output type is Float and the
  /// strides agree, or an extra operand of the output's type at the same elements (an in-place
  /// residual). Strides in elements.
  void run(const float* tile, int64_t tile_stride, void* out, int64_t out_stride, int64_t rows,
           int64_t columns, const RowProgramOperand* extras, void* scratch) const noexcept;

 private:
  std::unique_ptr<pointwise::Code> code_;
  std::vector<pointwise::OperandKind> kinds_;  ///< of all inputs
  std::vector<int64_t> elem_bytes_;
  int64_t out_bytes_ = 4;
  bool is_empty_ = false;
};

}  // namespace trtlike::kernels::epilogue
