// Softmax of f32, f16 and bf16 tensors in f32 arithmetic.
//
// y[j] = exp(x[j] - m) / sum over k of exp(x[k] - m), with m the largest x. Where the axis is
// innermost in memory, vectors lie along it (rows), else along the elements beside it (columns).
// Input and output may be the same memory.
#pragma once

#include "kernels/simd/float_types.h"

namespace trtlike::kernels::softmax {

/// `extent` elements of the axis, `in_step` and `out_step` elements apart; columns: `count`
/// adjacent ones of them.
struct Lines {
  const void* input;
  void* output;
  int64_t extent;
  int64_t in_step, out_step;
  int64_t count;
  float* scratch;  ///< scratch_floats
};

/// The most columns that a call of Loops::columns works on at once.
inline constexpr int64_t kColumnBlock = 64;

inline int64_t scratch_floats(int64_t extent, int64_t count) {
  return extent * (count < kColumnBlock ? count : kColumnBlock) + 64;
}

struct Loops {
  /// One row; steps are 1.
  FloatTable<void (*)(const Lines& lines)> row;
  FloatTable<void (*)(const Lines& lines)> columns;
  /// `count` rows of at most `lanes` elements, in_step and out_step apart.
  FloatTable<void (*)(const Lines& lines)> short_rows;
  int lanes;
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::softmax
