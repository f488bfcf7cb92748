// Normalization of f32, f16 and bf16 tensors in f32 arithmetic.
//
// y = (x - mean) / sqrt(variance + epsilon) * scale + bias; simplified: mean is 0 and variance the
// mean of squares. The variance is summed from differences to the mean, never from squares of large
// numbers.
//   rows: the normalized elements lie together (layer and RMS normalization; instance and group
//     normalization of linear tensors, where scale and bias are constant over runs of elements)
//   pixels: channels-last instance and group normalization; moments of every channel first, then
//     one pass that applies them
// Rows of f32 may be written in any type. Input and output may be the same memory where they have
// one type.
#pragma once

#include "kernels/simd/float_types.h"

namespace trtlike::kernels::normalization {

/// One group of normalized elements that lie together: `runs` runs of `run_elems`. Scale and bias
/// are null, or hold one number a run, or, where `runs` is 1 and `each` is true, one an element.
struct Row {
  const void* input;
  void* output;
  int64_t runs, run_elems;
  const float* scale;
  const float* bias;
  bool each;
  bool simplified;
  float epsilon;
};

/// Adjacent channels of one image, channels last.
struct Pixels {
  const void* input;
  void* output;
  int64_t pixels;
  int64_t in_pitch, out_pitch;
  int64_t channels;
};

struct Loops {
  FloatTable<void (*)(const Row& row)> row;
  /// By the type of the output.
  FloatTable<void (*)(const Row& row)> row_from_f32;
  /// Sums of x - offset, and of its squares, for every channel.
  FloatTable<void (*)(const Pixels& pixels, const float* offset, float* sums, float* squares)>
      moments;
  /// y = (x - center) * factor + bias, all three for every channel.
  FloatTable<void (*)(const Pixels& pixels, const float* center, const float* factor,
                      const float* bias)>
      apply;
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::normalization
