// Depthwise convolution: each channel has a filter of its own,
//
//   out[i][c] = bias[c] + sum over taps t of x[t][i][c] * weights[c / lanes][t][c % lanes]
//
// on channels-last tensors, a few neighbouring pixels of a row by one vector of channels at a time:
// for common kernels in strips (addresses by strides, inputs shared by neighbouring windows), for
// any other through a table of pointers. Inputs that are bytes are computed with in FP32, which is
// exact. Types are those of a line of kernels.inc: A of
// inputs, B of weights, C of outputs.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/epilogue/stage.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels::convolution {

/// What strips and scattered pixels have in common.
template <typename Types>
struct DepthwisePixels {
  const typename Types::B* weights;  ///< [channel blocks][taps][lanes]
  const typename Types::Sum* bias;
  int64_t taps;
  int64_t channels;
  const float* residual;  ///< of the first pixel; null: none
  int64_t residual_pitch;
  epilogue::Stage finish;
  bool adds_last = false;  ///< the residual is added behind `finish`, not before it
  float zero = 0;          ///< of inputs that are bytes: what each element is taken less
};

template <typename Types>
struct DepthwiseStrip {
  DepthwisePixels<Types> pixels;
  const typename Types::A*
      in;  ///< the first window's first column in the first kernel row that is used
  int64_t row_pitch;
  int64_t pixel_pitch;
  int64_t first_tap;
  int64_t kernel_rows;  ///< how many are used; the others see padding only
  /// Of the columns under the windows, those that are not padding: [first_column, last_column).
  int64_t first_column;
  int64_t last_column;
  typename Types::C* out;
  int64_t out_pitch;
};

template <typename Types>
struct DepthwiseTable {
  DepthwisePixels<Types> pixels;
  const typename Types::A* const* rows;  ///< rows[t * row_stride + i]
  int64_t row_stride;
  typename Types::C* out;
  int64_t out_pitch;
};

inline constexpr int kDepthwisePixels = 8;

template <typename Types>
struct DepthwiseSet {
  int lanes;
  /// By kernel width (3, 5, 7: index width / 2 - 1), stride - 1, number of pixels.
  void (*strip[3][2][kDepthwisePixels + 1])(const DepthwiseStrip<Types>& strip);
  void (*table[kDepthwisePixels + 1])(const DepthwiseTable<Types>& table);
};

/// Filters [channels][taps] as strips and tables read them; `to` has zeros beyond the last channel.
void pack_depthwise(const std::vector<float>& weights, int64_t channels, int64_t taps,
                    int64_t lanes, float* to);

/// One set a line of kernels.inc.
namespace depthwise {
using namespace elements;
#define TRTLIKE_DEPTHWISE(name, needs, types, tile) \
  extern const DepthwiseSet<TRTLIKE_TYPES types> name;
#define TRTLIKE_DEPTHWISE_BYTES(...) TRTLIKE_DEPTHWISE(__VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"
#undef TRTLIKE_TACTIC
}  // namespace depthwise

}  // namespace trtlike::kernels::convolution
