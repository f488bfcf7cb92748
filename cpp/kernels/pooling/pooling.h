// Pooling of f32, f16 and bf16 tensors in f32 arithmetic; maxima of s8 and u8, channels last.
//
// y[n, c, o] = max or mean over i of x[n, c, o * stride - pre + i * dilation], elements outside the
// input left out. A mean is the sum over the count that ops::WindowRange gives. A NaN anywhere in a
// window gives NaN.
// Channels-last: vectors lie along channels, the window is walked for every output pixel. Linear:
// the rows of a window are combined into one buffer row first, then its columns.
#pragma once

#include "kernels/simd/float_types.h"

namespace trtlike::kernels::pooling {

/// Max takes a NaN for less than any number; MaxOrNan, which is slower, gives NaN where there is
/// one in a window. Max raises the invalid flag where the two may differ.
enum class Mode { Max, MaxOrNan, Average };

/// Elements of a window along one axis.
struct Span {
  int64_t offset = 0;  ///< of the first, in elements of memory
  int64_t count = 0;
  float divisor = 1;  ///< this axis' part of what a sum is divided by
};

/// One row of output pixels, channels last.
struct PixelRow {
  const void* input;                          ///< the window's first plane and row, column 0
  void* output;                               ///< column 0
  int64_t planes, rows;                       ///< of the window
  int64_t plane_step, row_step, column_step;  ///< elements from one to the next
  const Span* columns;                        ///< one an output column
  int64_t outputs;
  int64_t output_pitch;
  int64_t channels;
  float divisor;  ///< of planes and rows
};

/// One output row of one channel, linear.
struct LinearRow {
  const void* input;
  void* output;
  int64_t planes, rows;
  int64_t plane_step, row_step;
  int64_t width;        ///< input elements in a row
  const Span* columns;  ///< one an output column
  int64_t outputs;
  int64_t stride, pre;
  /// Where each column of the first window lies, in the buffer or, for strides above 1, in the
  /// split one.
  const int64_t* taps;
  int64_t num_taps;
  float divisor;
  float* buffer;  ///< `buffer_elems` padded columns, then as many split by stride, then outputs
  int64_t buffer_elems;
};

/// Floats of each part of a buffer that is split by stride.
inline int64_t part_elems(int64_t buffer_elems, int64_t stride) {
  return (buffer_elems + stride - 1) / stride + 16;
}

/// Floats that LinearRow::buffer needs, given its buffer_elems.
inline int64_t linear_scratch(int64_t buffer_elems, int64_t outputs, int64_t stride) {
  return buffer_elems + stride * part_elems(buffer_elems, stride) + outputs + 64;
}

struct Loops {
  using Pixels = void (*)(const PixelRow& row, Mode mode);
  FloatTable<Pixels> pixels;
  Pixels signed_pixels, unsigned_pixels;
  /// Fills the padding of a buffer that later rows share.
  void (*begin_rows)(const LinearRow& row, Mode mode);
  FloatTable<void (*)(const LinearRow& row, Mode mode)> linear;
  /// Combines `count` adjacent elements.
  FloatTable<float (*)(const void* input, int64_t count, Mode mode)> whole;

  Pixels pixels_of(DataType dtype) const {
    if (dtype == DataType::Int8) return signed_pixels;
    return dtype == DataType::UInt8 ? unsigned_pixels : pixels[dtype];
  }
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::pooling
