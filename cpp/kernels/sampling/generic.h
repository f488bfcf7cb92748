// The loops of sampling, written once against Vector and compiled for each instruction set.
#pragma once

#include <algorithm>

#include "kernels/sampling/sampling.h"
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

/// kCount rows by one panel.
template <int kCount>
void multiply_tile(const Product& product, int64_t row, int64_t panel) {
  constexpr int kVectors = static_cast<int>(kPanel) / Vector::kLanes;
  const float* rows = product.rows + row * product.depth;
  const float* weights = product.panels + panel * product.depth * kPanel;
  Vector sums[kCount][kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const Vector bias = Vector::load(product.bias + panel * kPanel + v * Vector::kLanes);
    for (int r = 0; r < kCount; ++r) sums[r][v] = bias;
  }
  for (int64_t k = 0; k < product.depth; ++k) {
    Vector columns[kVectors];
    for (int v = 0; v < kVectors; ++v)
      columns[v] = Vector::load(weights + k * kPanel + v * Vector::kLanes);
    for (int r = 0; r < kCount; ++r) {
      const Vector element(rows[r * product.depth + k]);
      for (int v = 0; v < kVectors; ++v) sums[r][v] = fma(element, columns[v], sums[r][v]);
    }
  }
  const int64_t left = product.columns - panel * kPanel;
  for (int r = 0; r < kCount; ++r) {
    float* out = product.out + (row + r) * product.out_pitch + panel * kPanel;
    for (int v = 0; v < kVectors; ++v) {
      const int64_t lanes = std::min<int64_t>(left - v * Vector::kLanes, Vector::kLanes);
      if (lanes == Vector::kLanes)
        sums[r][v].store(out + v * Vector::kLanes);
      else if (lanes > 0)
        sums[r][v].store(out + v * Vector::kLanes, static_cast<int>(lanes));
    }
  }
}

/// As many sums at once as there are registers for.
void multiply(const Product& product) {
  constexpr int kCount = Vector::kLanes == 16 ? 12 : Vector::kLanes == 8 ? 6 : 3;
  static_assert(kRows % kCount == 0 && kPanel % Vector::kLanes == 0);
  for (int64_t panel = 0; panel * kPanel < product.columns; ++panel) {
    int64_t row = 0;
    for (; row + kCount <= product.num_rows; row += kCount)
      multiply_tile<kCount>(product, row, panel);
    for (; row < product.num_rows; ++row) multiply_tile<1>(product, row, panel);
  }
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
      multiply,
      {add_row<float>, add_row<core::Half>, add_row<core::BFloat16>},
      {store_row<float>, store_row<core::Half>, store_row<core::BFloat16>}};
}

}  // namespace
}  // namespace trtlike::kernels::sampling
