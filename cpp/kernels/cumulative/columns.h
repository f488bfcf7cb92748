// Running sums of adjacent columns in FP32, each with the sum of what its additions rounded away:
// about as exact as sums in FP64, by vectors.
#pragma once

#include <cstdint>

namespace trtlike::kernels::cumulative {

/// out[row, column] = sum of in[r, column] over the rows before, and this one unless exclusive.
struct Columns {
  const void* in;
  void* out;
  int64_t rows;
  int64_t columns;
  int64_t pitch;  ///< elements from row to row
  bool exclusive;
  bool reverse;
};

/// The loops of one instruction set, for FP32, FP16 and BF16 storage.
struct Loops {
  void (*add_up[3])(const Columns& columns);
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::cumulative
