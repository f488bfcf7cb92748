// The loops of Resize by taps, written once against Vector and compiled for each instruction set.
#pragma once

#include <algorithm>
#include <array>

#include "kernels/resize/resize.h"
#include "kernels/vector.h"

namespace trtlike::kernels::resize {
namespace {

constexpr int kMaxTaps = 4;

/// The taps of one output index whose weight is not zero.
struct Taps {
  int count = 0;
  std::array<int64_t, kMaxTaps> index;
  std::array<float, kMaxTaps> weight;

  Taps(const ops::ResizeAxis& axis, int64_t i) {
    for (int t = 0; t < axis.taps; ++t) {
      const auto at = static_cast<size_t>(i * axis.taps + t);
      if (axis.weights[at] == 0.0f) continue;
      index[static_cast<size_t>(count)] = axis.indices[at];
      weight[static_cast<size_t>(count)] = axis.weights[at];
      ++count;
    }
  }
};

/// out[c] = sum of weights[t] * sources[t][c].
template <typename T>
void weigh(const T* const* sources, const float* weights, int taps, T* out, int64_t channels) {
  constexpr int64_t kLanes = Vector::kLanes;
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    Vector sum = Vector::load(sources[0] + c) * Vector(weights[0]);
    for (int t = 1; t < taps; ++t) sum = fma(Vector::load(sources[t] + c), Vector(weights[t]), sum);
    sum.store(out + c);
  }
  if (c == channels) return;
  const int rest = static_cast<int>(channels - c);
  Vector sum = Vector::load(sources[0] + c, rest) * Vector(weights[0]);
  for (int t = 1; t < taps; ++t)
    sum = fma(Vector::load(sources[t] + c, rest), Vector(weights[t]), sum);
  sum.store(out + c, rest);
}

template <typename T>
void interleaved_row(const Row& row) {
  const Images& images = *row.images;
  const auto* in = static_cast<const T*>(row.in);
  auto* out = static_cast<T*>(row.out);
  const Taps ys(images.y, row.y);
  for (int64_t x = 0; x < images.x.out; ++x) {
    const Taps xs(images.x, x);
    std::array<const T*, kMaxTaps * kMaxTaps> sources;
    std::array<float, kMaxTaps * kMaxTaps> weights;
    size_t count = 0;
    for (size_t t = 0; t < static_cast<size_t>(ys.count); ++t) {
      for (size_t u = 0; u < static_cast<size_t>(xs.count); ++u) {
        sources[count] = in + (ys.index[t] * images.x.in + xs.index[u]) * images.in_pitch;
        weights[count++] = ys.weight[t] * xs.weight[u];
      }
    }
    if (count == 0) {
      sources[count] = in;
      weights[count++] = 0;
    }
    weigh(sources.data(), weights.data(), static_cast<int>(count), out + x * images.out_pitch,
          images.channels);
  }
}

/// base[indices[i * step]] for as many i as there are lanes.
inline Vector gather(const float* base, const int32_t* indices) {
#if defined(__AVX512F__)
  return _mm512_i32gather_ps(_mm512_loadu_si512(indices), base, 4);
#elif defined(__AVX2__)
  return _mm256_i32gather_ps(base, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(indices)),
                             4);
#else
  float lanes[Vector::kLanes];
  for (int i = 0; i < Vector::kLanes; ++i) lanes[i] = base[indices[i]];
  return Vector::load(lanes);
#endif
}

/// First the rows of the input are weighed into one, then its elements. The tables of x are by tap:
/// all indices of tap 0, then all of tap 1.
template <typename T>
void planar_row(const Row& row) {
  const Images& images = *row.images;
  constexpr int64_t kLanes = Vector::kLanes;
  const Taps ys(images.y, row.y);
  std::array<const T*, kMaxTaps> sources;
  for (size_t t = 0; t < static_cast<size_t>(ys.count); ++t)
    sources[t] = static_cast<const T*>(row.in) + ys.index[t] * images.x.in;
  const int64_t width = images.x.in;
  for (int64_t i = 0; i < width; i += kLanes) {
    const int count = static_cast<int>(std::min(kLanes, width - i));
    Vector sum(0.0f);
    for (size_t t = 0; t < static_cast<size_t>(ys.count); ++t)
      sum =
          fma(count == kLanes ? Vector::load(sources[t] + i) : Vector::load(sources[t] + i, count),
              Vector(ys.weight[t]), sum);
    sum.store(row.scratch + i, count);
  }
  auto* out = static_cast<T*>(row.out);
  const int32_t* indices = images.x.indices.data();
  const float* weights = images.x.weights.data();
  const int64_t columns = images.x.out;
  int64_t x = 0;
  for (; x + kLanes <= columns; x += kLanes) {
    Vector sum = gather(row.scratch, indices + x) * Vector::load(weights + x);
    for (int u = 1; u < images.x.taps; ++u)
      sum = fma(gather(row.scratch, indices + u * columns + x),
                Vector::load(weights + u * columns + x), sum);
    sum.store(out + x);
  }
  for (; x < columns; ++x) {
    float sum = 0;
    for (int u = 0; u < images.x.taps; ++u)
      sum += row.scratch[indices[u * columns + x]] * weights[u * columns + x];
    Vector(sum).store(out + x, 1);
  }
}

constexpr TapLoops make_loops() {
  return {{interleaved_row<float>, interleaved_row<core::Half>, interleaved_row<core::BFloat16>},
          {planar_row<float>, planar_row<core::Half>, planar_row<core::BFloat16>}};
}

}  // namespace
}  // namespace trtlike::kernels::resize
