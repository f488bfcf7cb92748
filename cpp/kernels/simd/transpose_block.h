// Copies of matrices with rows and columns exchanged. Internal linkage like Vector.
#pragma once

#include "kernels/simd/vector.h"

namespace trtlike::kernels {
namespace {

/// to[c * to_step + r] = factor * from[r * from_step + c] for r in [0, rows), c in [0, columns). Up
/// to the next multiple of kLanes rows, `to` is filled with zeros.
template <typename T>
void transpose_block(const T* from, int64_t from_step, int64_t rows, int64_t columns, float factor,
                     float* to, int64_t to_step) {
  constexpr int64_t kLanes = Vector::kLanes;
  const Vector f(factor);
  for (int64_t r = 0; r < rows; r += kLanes)
    for (int64_t c = 0; c < columns; c += kLanes) {
      const int64_t width = columns - c < kLanes ? columns - c : kLanes;
      Vector square[kLanes];
      for (int64_t i = 0; i < kLanes; ++i) {
        const T* at = from + (r + i) * from_step + c;
        square[i] = r + i >= rows     ? Vector(0.0f)
                    : width == kLanes ? Vector::load(at)
                                      : Vector::load(at, static_cast<int>(width));
        square[i] = square[i] * f;
      }
      transpose(square);
      for (int64_t i = 0; i < width; ++i) square[i].store(to + (c + i) * to_step + r);
    }
}

}  // namespace
}  // namespace trtlike::kernels
