// Depthwise convolution: each channel has a filter of its own,
//
//   out[i][c] = bias[c] + sum over taps t of x[t][i][c] * weights[c / lanes][t][c % lanes]
//
// on channels-last tensors, a few neighbouring pixels of a row by one vector of channels at a time:
// for common kernels in strips (addresses by strides, inputs shared by neighbouring windows), for
// any other through a table of pointers. T is the element type of inputs and outputs: float, or
// bfloat16 with weights and sums of f32.
#pragma once

#include <cstdint>
#include <vector>

#include "core/dtype.h"
#include "kernels/epilogue/stage.h"

namespace trtlike::kernels::convolution {

/// What strips and scattered pixels have in common.
struct DepthwisePixels {
  const float* weights;  ///< [channel blocks][taps][lanes]
  const float* bias;
  int64_t taps;
  int64_t channels;
  const float* residual;  ///< of the first pixel; null: none
  int64_t residual_pitch;
  epilogue::Stage finish;
};

template <typename T>
struct BasicDepthwiseStrip {
  DepthwisePixels pixels;
  const T* in;  ///< the first window's first column in the first kernel row that is used
  int64_t row_pitch;
  int64_t pixel_pitch;
  int64_t first_tap;
  int64_t kernel_rows;  ///< how many are used; the others see padding only
  /// Of the columns under the windows, those that are not padding: [first_column, last_column).
  int64_t first_column;
  int64_t last_column;
  T* out;
  int64_t out_pitch;
};
using DepthwiseStrip = BasicDepthwiseStrip<float>;

template <typename T>
struct BasicDepthwiseTable {
  DepthwisePixels pixels;
  const T* const* rows;  ///< rows[t * row_stride + i]
  int64_t row_stride;
  T* out;
  int64_t out_pitch;
};
using DepthwiseTable = BasicDepthwiseTable<float>;

inline constexpr int kDepthwisePixels = 8;

template <typename T>
struct BasicDepthwiseSet {
  int lanes;
  /// By kernel width (3, 5, 7: index width / 2 - 1), stride - 1, number of pixels.
  void (*strip[3][2][kDepthwisePixels + 1])(const BasicDepthwiseStrip<T>& strip);
  void (*table[kDepthwisePixels + 1])(const BasicDepthwiseTable<T>& table);
};
using DepthwiseSet = BasicDepthwiseSet<float>;

/// Filters [channels][taps] as strips and tables read them; `to` has zeros beyond the last channel.
void pack_depthwise(const std::vector<float>& weights, int64_t channels, int64_t taps,
                    int64_t lanes, float* to);

extern const DepthwiseSet kDepthwisePortable, kDepthwiseAvx2, kDepthwiseAvx512;
extern const BasicDepthwiseSet<core::BFloat16> kDepthwiseAvx512Bf16;

}  // namespace trtlike::kernels::convolution
