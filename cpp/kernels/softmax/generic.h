// The loops of softmax, written once against Vector. Included by one source file for each
// instruction set.
#pragma once

#include <limits>
#include <type_traits>

#include "kernels/simd/vector.h"
#include "kernels/simd/vector_math.h"
#include "kernels/softmax/softmax.h"

namespace trtlike::kernels::softmax {
namespace {

constexpr int64_t kLanes = Vector::kLanes;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

template <typename T>
float largest(const T* x, int64_t count) {
  Vector most[4] = {Vector(kLowest), Vector(kLowest), Vector(kLowest), Vector(kLowest)};
  int64_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes)
    for (int j = 0; j < 4; ++j) most[j] = max(most[j], Vector::load(x + i + j * kLanes));
  for (; i + kLanes <= count; i += kLanes) most[0] = max(most[0], Vector::load(x + i));
  if (i < count) {
    const int tail = static_cast<int>(count - i);
    float last[kLanes];
    Vector(kLowest).store(last);
    Vector::load(x + i, tail).store(last, tail);
    most[1] = max(most[1], Vector::load(last));
  }
  return maximum(max(max(most[0], most[1]), max(most[2], most[3])));
}

/// Stores exp(x - most) and gives the sum.
template <typename T>
float exponentials(const T* x, float* y, int64_t count, float most) {
  const Vector offset(most);
  Vector sums[2] = {Vector(0.0f), Vector(0.0f)};
  int64_t i = 0;
  for (; i + 2 * kLanes <= count; i += 2 * kLanes)
    for (int j = 0; j < 2; ++j) {
      const Vector e = exp(Vector::load(x + i + j * kLanes) - offset);
      e.store(y + i + j * kLanes);
      sums[j] = sums[j] + e;
    }
  for (; i < count; i += kLanes) {
    const int part = static_cast<int>(count - i < kLanes ? count - i : kLanes);
    const Vector e = exp(Vector::load(x + i, part) - offset);
    e.store(y + i, part);
    // What lies beyond the end must not count.
    float kept[kLanes];
    Vector(0.0f).store(kept);
    e.store(kept, part);
    sums[0] = sums[0] + Vector::load(kept);
  }
  return sum(sums[0] + sums[1]);
}

template <typename T>
void scale(const float* x, T* y, int64_t count, float factor) {
  const Vector f(factor);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) (Vector::load(x + i) * f).store(y + i);
  if (i == count) return;
  const int tail = static_cast<int>(count - i);
  (Vector::load(x + i, tail) * f).store(y + i, tail);
}

template <typename T>
void run_row(const Lines& lines) {
  const auto* x = static_cast<const T*>(lines.input);
  auto* y = static_cast<T*>(lines.output);
  float* buffer = lines.scratch;
  if constexpr (std::is_same_v<T, float>) buffer = y;
  const float most = largest(x, lines.extent);
  const float total = exponentials(x, buffer, lines.extent, most);
  scale(buffer, y, lines.extent, 1 / total);
}

/// N vectors of columns, the only one of `tail` elements unless that is 0.
template <typename T, int N, bool kTail>
void block_columns(const Lines& lines, const T* x, T* y, int tail) {
  const auto get = [&](const auto* p) { return kTail ? Vector::load(p, tail) : Vector::load(p); };
  const auto put = [&](Vector v, auto* p) { kTail ? v.store(p, tail) : v.store(p); };
  float* buffer = lines.scratch;
  int64_t step = N * kLanes;
  if constexpr (kTail) step = tail;
  if constexpr (std::is_same_v<T, float>) {
    buffer = y;
    step = lines.out_step;
  }
  Vector most[N], sums[N];
  for (int i = 0; i < N; ++i) {
    most[i] = Vector(kLowest);
    sums[i] = Vector(0.0f);
  }
  for (int64_t k = 0; k < lines.extent; ++k)
    for (int i = 0; i < N; ++i) most[i] = max(most[i], get(x + k * lines.in_step + i * kLanes));
  for (int64_t k = 0; k < lines.extent; ++k)
    for (int i = 0; i < N; ++i) {
      const Vector e = exp(get(x + k * lines.in_step + i * kLanes) - most[i]);
      put(e, buffer + k * step + i * kLanes);
      sums[i] = sums[i] + e;
    }
  for (int i = 0; i < N; ++i) sums[i] = Vector(1.0f) / sums[i];
  for (int64_t k = 0; k < lines.extent; ++k)
    for (int i = 0; i < N; ++i)
      put(get(buffer + k * step + i * kLanes) * sums[i], y + k * lines.out_step + i * kLanes);
}

template <typename T>
void run_columns(const Lines& lines) {
  const auto* x = static_cast<const T*>(lines.input);
  auto* y = static_cast<T*>(lines.output);
  int64_t i = 0;
  for (; i + 4 * kLanes <= lines.count; i += 4 * kLanes)
    block_columns<T, 4, false>(lines, x + i, y + i, 0);
  for (; i + kLanes <= lines.count; i += kLanes) block_columns<T, 1, false>(lines, x + i, y + i, 0);
  if (i < lines.count)
    block_columns<T, 1, true>(lines, x + i, y + i, static_cast<int>(lines.count - i));
}

/// As many rows as a vector has lanes at once: turned, their elements are columns.
template <typename T>
void run_short_rows(const Lines& lines) {
  const int extent = static_cast<int>(lines.extent);
  for (int64_t first = 0; first < lines.count; first += kLanes) {
    const auto* x = static_cast<const T*>(lines.input) + first * lines.in_step;
    auto* y = static_cast<T*>(lines.output) + first * lines.out_step;
    const int64_t rows = lines.count - first < kLanes ? lines.count - first : kLanes;
    Vector square[kLanes];
    for (int64_t i = 0; i < kLanes; ++i)
      square[i] = i < rows ? Vector::load(x + i * lines.in_step, extent) : Vector(0.0f);
    transpose(square);
    Vector most = square[0], sums(0.0f);
    for (int j = 1; j < extent; ++j) most = max(most, square[j]);
    for (int j = 0; j < extent; ++j) {
      square[j] = exp(square[j] - most);
      sums = sums + square[j];
    }
    const Vector factor = Vector(1.0f) / sums;
    for (int j = 0; j < extent; ++j) square[j] = square[j] * factor;
    transpose(square);
    for (int64_t i = 0; i < rows; ++i) square[i].store(y + i * lines.out_step, extent);
  }
}

constexpr Loops make_loops() {
  return {
      .row = {{run_row<float>, run_row<core::Half>, run_row<core::BFloat16>}},
      .columns = {{run_columns<float>, run_columns<core::Half>, run_columns<core::BFloat16>}},
      .short_rows = {{run_short_rows<float>, run_short_rows<core::Half>,
                      run_short_rows<core::BFloat16>}},
      .lanes = Vector::kLanes,
  };
}

}  // namespace
}  // namespace trtlike::kernels::softmax
