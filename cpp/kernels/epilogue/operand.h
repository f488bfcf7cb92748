// The further operands of epilogues in memory: where one's element for a row and column of the
// output is. The output is one matrix or several of the same extents: products of a batch, or
// images with pixels as rows and channels as columns.
#pragma once

#include <vector>

#include "kernels/tactic.h"

namespace trtlike::kernels::epilogue {

struct Operand {
  size_t input = 0;  ///< index of the problem's input
  DataType dtype = DataType::Float;
  int64_t row_stride = 0;        ///< elements; 0: the same for all rows
  int64_t column_stride = 0;     ///< 1, or 0: one for the whole row
  std::vector<int64_t> offsets;  ///< elements to its first one, by matrix

  const void* at(const RunArgs& args, int64_t matrix, int64_t row, int64_t column) const {
    const int64_t element =
        offsets[static_cast<size_t>(matrix)] + row * row_stride + column * column_stride;
    return static_cast<const std::byte*>(args.inputs[input]) +
           element * static_cast<int64_t>(core::dtype_bytes(dtype, 1));
  }
};

}  // namespace trtlike::kernels::epilogue
