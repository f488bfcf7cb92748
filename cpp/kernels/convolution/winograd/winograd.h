// Winograd convolution F(m x m, 3x3): each t x t window d of the input and the filter g give m x m
// outputs
//
//   Y = A^T [ (G g G^T) . (B^T d B) ] A
//
// so that the products, summed over input channels, are t * t matrix products of tiles by channels.
// With a stride of 1, t = m + 2. The matrices follow from t - 1 points and infinity: 0, +-1 (m =
// 2); and 1/2, -2 (m = 4); 0, +-1, +-2, +-1/2 (m = 6). Rows of B^T are polynomials without
// division; G has the divisors.
//
// With a stride of 2, t = 2 m + 1: the inputs 0, 2, ... of a window meet taps 0 and 2 of the filter
// with a stride of 1, which is F(m, 2) by the points 0, 1 (m = 2) and -1, 2 (m = 4) and infinity;
// the inputs 1, 3, ... meet tap 1 only and are multiplied as they are. These m + 1 and m products
// are added up by A.
//
// V (transformed input) is [t * t][tiles][channels], M (products) [t * t][tiles][out channels],
// both with rows and planes padded so that neither is a multiple of 4 KiB.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue/stage.h"

namespace trtlike::kernels::convolution {

/// One input window: `channels` floats a pixel; writes t * t rows, `plane` floats apart, each
/// rounded up to whole vectors.
struct InputWindow {
  const float* in;
  int64_t row_pitch;
  int64_t pixel_pitch;
  int64_t channels;
  float* v;
  int64_t plane;
};

/// The outputs of one tile: what is stored is finish(Y + bias + residual), or finish(Y + bias) +
/// residual.
struct OutputTile {
  const float* m;
  int64_t plane;
  int64_t channels;
  const float* bias;
  float* out;
  int64_t row_pitch;
  int64_t pixel_pitch;
  const float* residual;  ///< null: none
  int64_t residual_row_pitch;
  int64_t residual_pitch;
  int rows;  ///< how many of the m x m outputs exist
  int columns;
  epilogue::Stage finish;
  bool adds_last = false;  ///< the residual is added behind `finish`, not before it
  /// Whole vectors are stored around the caches where they are whole lines: out and pitches are
  /// multiples of 64 bytes, and the caller fences.
  bool streamed = false;
};

struct WinogradTransforms {
  void (*input)(const InputWindow& window);
  void (*output)(const OutputTile& tile);
};

/// Extents of a tile: m x m outputs at a stride, of taps x taps filters. 2, 4 or 6 with a stride of
/// 1; 2 or 4 with one of 2; 4 with 4 taps and a stride of 1.
struct WinogradSize {
  int m;
  int stride;
  int taps = 3;
  constexpr int window() const { return stride == 1 ? m + taps - 1 : 2 * m + 1; }
};

/// The transforms of one instruction set for filters of 3x3, by m / 2 - 1.
struct WinogradSet {
  WinogradTransforms dense[3];    ///< with a stride of 1
  WinogradTransforms strided[2];  ///< with a stride of 2

  const WinogradTransforms& of(WinogradSize size) const {
    const auto i = static_cast<size_t>(size.m / 2 - 1);
    return size.stride == 1 ? dense[i] : strided[i];
  }
};

extern const WinogradSet kWinogradAvx2, kWinogradAvx512;

/// G g G^T for each of `count` filters, t * t values.
void transform_filters(WinogradSize size, const float* filters, size_t count, double* out);

}  // namespace trtlike::kernels::convolution
