// Pooling of pixels whose channels are adjacent. Internal linkage like Vector.
#pragma once

#include "kernels/pooling/operations.h"

namespace trtlike::kernels::pooling {
namespace {

/// Vectors [0, N) of a pixel's channels, the last of `tail` elements unless that is 0.
template <typename Op, typename T, int N, bool kTail>
inline void pool_pixel(const PixelRow& row, const Span& column, const T* from, T* to, int tail,
                       Vector factor) {
  Vector sums[N];
  for (int i = 0; i < N; ++i) sums[i] = Vector(Op::kStart);
  for (int64_t d = 0; d < row.planes; ++d)
    for (int64_t h = 0; h < row.rows; ++h) {
      const T* p = from + d * row.plane_step + h * row.row_step + column.offset;
      for (int64_t w = 0; w < column.count; ++w, p += row.column_step)
        for (int i = 0; i < N; ++i) {
          const T* at = p + i * Vector::kLanes;
          sums[i] = Op::combine(sums[i], kTail ? Vector::load(at, tail) : Vector::load(at));
        }
    }
  for (int i = 0; i < N; ++i) {
    const Vector y = sums[i] * factor;
    if constexpr (kTail) {
      y.store(to + i * Vector::kLanes, tail);
    } else {
      y.store(to + i * Vector::kLanes);
    }
  }
}

template <typename Op, typename T>
void pool_pixels(const PixelRow& row) {
  constexpr int64_t kLanes = Vector::kLanes;
  const auto* input = static_cast<const T*>(row.input);
  auto* output = static_cast<T*>(row.output);
  for (int64_t o = 0; o < row.outputs; ++o) {
    const Span& column = row.columns[o];
    const float divisor = row.divisor * column.divisor;
    const Vector factor(divisor > 0 ? 1 / divisor : 1.0f);
    T* to = output + o * row.output_pitch;
    int64_t c = 0;
    for (; c + 4 * kLanes <= row.channels; c += 4 * kLanes)
      pool_pixel<Op, T, 4, false>(row, column, input + c, to + c, 0, factor);
    for (; c + kLanes <= row.channels; c += kLanes)
      pool_pixel<Op, T, 1, false>(row, column, input + c, to + c, 0, factor);
    if (c < row.channels)
      pool_pixel<Op, T, 1, true>(row, column, input + c, to + c, static_cast<int>(row.channels - c),
                                 factor);
  }
}

template <typename T>
void run_pixels(const PixelRow& row, Mode mode) {
  with_operation(mode, [&](auto op) { pool_pixels<decltype(op), T>(row); });
}

}  // namespace
}  // namespace trtlike::kernels::pooling
