// The loops of normalization, written once against Vector. Included by one source file for each
// instruction set.
#pragma once

#include <cmath>

#include "kernels/normalization/normalization.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::normalization {
namespace {

constexpr int64_t kLanes = Vector::kLanes;

/// Vectors [0, count) as f(vector, sum) with four sums to hide latencies; what lies beyond the end
/// does not count.
template <typename T, typename F>
inline float sum_of(const T* x, int64_t count, F&& f) {
  Vector sums[4] = {Vector(0.0f), Vector(0.0f), Vector(0.0f), Vector(0.0f)};
  int64_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes)
    for (int j = 0; j < 4; ++j) sums[j] = f(Vector::load(x + i + j * kLanes), sums[j]);
  for (; i + kLanes <= count; i += kLanes) sums[0] = f(Vector::load(x + i), sums[0]);
  if (i < count) {
    const int tail = static_cast<int>(count - i);
    float kept[kLanes];
    Vector(0.0f).store(kept);
    f(Vector::load(x + i, tail), Vector(0.0f)).store(kept, tail);
    sums[1] = sums[1] + Vector::load(kept);
  }
  return sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

/// y = (x - center) * factor + bias: the difference first, which is exact near the center, where
/// the factor is large.
template <typename T, typename U>
inline void apply_line(const T* x, U* y, int64_t count, Vector center, Vector factor, Vector bias) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    fma(Vector::load(x + i) - center, factor, bias).store(y + i);
  if (i == count) return;
  const int tail = static_cast<int>(count - i);
  fma(Vector::load(x + i, tail) - center, factor, bias).store(y + i, tail);
}

/// y = (x - center) * factor * scale + bias with a scale and bias for every element.
template <bool kScale, bool kBias, typename T, typename U>
inline void apply_each(const T* x, U* y, int64_t count, Vector center, Vector factor,
                       const float* scale, const float* bias) {
  const auto compute = [&](Vector v, auto&& load) {
    v = (v - center) * factor;
    if constexpr (kScale && kBias) return fma(v, load(scale), load(bias));
    if constexpr (kScale) return v * load(scale);
    return v + load(bias);
  };
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    compute(Vector::load(x + i), [&](const float* p) { return Vector::load(p + i); }).store(y + i);
  if (i == count) return;
  const int tail = static_cast<int>(count - i);
  compute(Vector::load(x + i, tail), [&](const float* p) {
    return Vector::load(p + i, tail);
  }).store(y + i, tail);
}

template <typename T, typename U = T>
void run_row(const Row& row) {
  const auto* x = static_cast<const T*>(row.input);
  auto* y = static_cast<U*>(row.output);
  const int64_t count = row.runs * row.run_elems;
  const float share = 1 / static_cast<float>(count);
  float mean = 0;
  if (!row.simplified) {
    // Sums of differences to the first element keep the digits that sums of large numbers lose.
    float first[kLanes];
    Vector::load(x, 1).store(first);
    const Vector offset(first[0]);
    mean = first[0] +
           sum_of(x, count, [offset](Vector v, Vector s) { return s + (v - offset); }) * share;
  }
  const Vector center(mean);
  const float square = sum_of(x, count,
                              [center](Vector v, Vector s) {
                                const Vector d = v - center;
                                return fma(d, d, s);
                              }) *
                       share;
  const float factor = 1 / std::sqrt(square + row.epsilon);
  if (row.each && (row.scale != nullptr || row.bias != nullptr)) {
    const Vector f(factor);
    if (row.bias == nullptr)
      return apply_each<true, false>(x, y, count, center, f, row.scale, nullptr);
    if (row.scale == nullptr)
      return apply_each<false, true>(x, y, count, center, f, nullptr, row.bias);
    return apply_each<true, true>(x, y, count, center, f, row.scale, row.bias);
  }
  for (int64_t i = 0; i < row.runs; ++i) {
    const float f = row.scale == nullptr ? factor : factor * row.scale[i];
    apply_line(x + i * row.run_elems, y + i * row.run_elems, row.run_elems, center, Vector(f),
               Vector(row.bias == nullptr ? 0 : row.bias[i]));
  }
}

/// Calls f with the first channel of every vector and its number of elements.
template <typename F>
inline void for_each_vector(int64_t channels, F&& f) {
  for (int64_t c = 0; c < channels; c += kLanes)
    f(c, static_cast<int>(channels - c < kLanes ? channels - c : kLanes));
}

template <typename T>
void run_moments(const Pixels& p, const float* offset, float* sums, float* squares) {
  const auto* x = static_cast<const T*>(p.input);
  for_each_vector(p.channels, [&](int64_t c, int count) {
    const Vector center = Vector::load(offset + c, count);
    Vector total(0.0f), square(0.0f);
    const T* at = x + c;
    for (int64_t i = 0; i < p.pixels; ++i, at += p.in_pitch) {
      const Vector v = (count == kLanes ? Vector::load(at) : Vector::load(at, count)) - center;
      total = total + v;
      square = fma(v, v, square);
    }
    total.store(sums + c, count);
    square.store(squares + c, count);
  });
}

template <typename T>
void run_apply(const Pixels& p, const float* center, const float* factor, const float* bias) {
  const auto* x = static_cast<const T*>(p.input);
  auto* y = static_cast<T*>(p.output);
  for (int64_t i = 0; i < p.pixels; ++i) {
    const T* from = x + i * p.in_pitch;
    T* to = y + i * p.out_pitch;
    for_each_vector(p.channels, [&](int64_t c, int count) {
      if (count == kLanes) {
        fma(Vector::load(from + c) - Vector::load(center + c), Vector::load(factor + c),
            Vector::load(bias + c))
            .store(to + c);
      } else {
        fma(Vector::load(from + c, count) - Vector::load(center + c, count),
            Vector::load(factor + c, count), Vector::load(bias + c, count))
            .store(to + c, count);
      }
    });
  }
}

constexpr Loops make_loops() {
  return {
      .row = {{run_row<float>, run_row<core::Half>, run_row<core::BFloat16>}},
      .row_from_f32 = {{run_row<float>, run_row<float, core::Half>,
                        run_row<float, core::BFloat16>}},
      .moments = {{run_moments<float>, run_moments<core::Half>, run_moments<core::BFloat16>}},
      .apply = {{run_apply<float>, run_apply<core::Half>, run_apply<core::BFloat16>}},
  };
}

}  // namespace
}  // namespace trtlike::kernels::normalization
