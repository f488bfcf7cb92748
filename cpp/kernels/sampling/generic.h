// The loops of sampling, written once against Vector and compiled for each instruction set.
#pragma once

#include "kernels/sampling/sampling.h"
#include "kernels/simd/multiply_panels.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::sampling {
namespace {

struct Sum {
  static Vector first(const Window&) { return Vector(0.0f); }
  static Vector step(Vector value, Vector weight, Vector sum) { return fma(value, weight, sum); }
};

struct Most {
  static Vector first(const Window& window) { return Vector(window.least); }
  static Vector step(Vector value, Vector weight, Vector most) {
    const Vector product = value * weight;
    return select(mask_or(less(most, product), is_nan(product)), product, most);
  }
};

/// kVectors of channels, or the last `rest` of them.
template <typename Step, int kVectors, typename T>
void channels_of(const T* image, const Window& window, T* out, int rest) {
  Vector sums[kVectors];
  for (Vector& sum : sums) sum = Step::first(window);
  for (int64_t i = 0; i < window.rows.count; ++i) {
    const T* row = image + window.rows.offsets[i];
    for (int64_t j = 0; j < window.columns.count; ++j) {
      const T* pixel = row + window.columns.offsets[j];
      const Vector weight(window.rows.weights[i] * window.columns.weights[j]);
      if (rest != 0) {
        sums[0] = Step::step(Vector::load(pixel, rest), weight, sums[0]);
        continue;
      }
      for (int v = 0; v < kVectors; ++v)
        sums[v] = Step::step(Vector::load(pixel + v * Vector::kLanes), weight, sums[v]);
    }
  }
  if (rest != 0) return sums[0].store(out, rest);
  for (int v = 0; v < kVectors; ++v) sums[v].store(out + v * Vector::kLanes);
}

template <typename Step, typename T>
void all_channels(const void* given_image, const Window& window, int64_t channels,
                  void* given_out) {
  const auto* image = static_cast<const T*>(given_image);
  auto* out = static_cast<T*>(given_out);
  constexpr int kMany = 4;
  int64_t c = 0;
  for (; c + kMany * Vector::kLanes <= channels; c += kMany * Vector::kLanes)
    channels_of<Step, kMany>(image + c, window, out + c, 0);
  for (; c + Vector::kLanes <= channels; c += Vector::kLanes)
    channels_of<Step, 1>(image + c, window, out + c, 0);
  if (c < channels)
    channels_of<Step, 1>(image + c, window, out + c, static_cast<int>(channels - c));
}

template <typename T>
void add_row(const void* given, int64_t count, float* sums) {
  const auto* row = static_cast<const T*>(given);
  int64_t i = 0;
  for (; i + Vector::kLanes <= count; i += Vector::kLanes)
    (Vector::load(sums + i) + Vector::load(row + i)).store(sums + i);
  for (; i < count; ++i) sums[i] += static_cast<float>(core::widen(row[i]));
}

template <typename T>
void store_row(const float* sums, int64_t count, void* given) {
  auto* out = static_cast<T*>(given);
  int64_t i = 0;
  for (; i + Vector::kLanes <= count; i += Vector::kLanes) Vector::load(sums + i).store(out + i);
  if (i < count)
    Vector::load(sums + i, static_cast<int>(count - i)).store(out + i, static_cast<int>(count - i));
}

constexpr Loops make_loops() {
  return {
      {all_channels<Sum, float>, all_channels<Sum, core::Half>, all_channels<Sum, core::BFloat16>},
      {all_channels<Most, float>, all_channels<Most, core::Half>,
       all_channels<Most, core::BFloat16>},
      multiply_panels,
      {add_row<float>, add_row<core::Half>, add_row<core::BFloat16>},
      {store_row<float>, store_row<core::Half>, store_row<core::BFloat16>}};
}

}  // namespace
}  // namespace trtlike::kernels::sampling
