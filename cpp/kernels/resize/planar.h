// Resize by taps of planes. Internal linkage like Vector.
#pragma once

#include "kernels/resize/taps.h"

namespace trtlike::kernels::resize {
namespace {

/// base[indices[i]] for as many i as there are lanes, where `narrow` says that these lie within two
/// vectors from base[first] on.
inline Vector gather(const float* base, const int32_t* indices, bool narrow, int32_t first) {
#if defined(__AVX512F__)
  const __m512i at = _mm512_loadu_si512(indices);
  if (!narrow) return _mm512_i32gather_ps(at, base, 4);
  return _mm512_permutex2var_ps(_mm512_loadu_ps(base + first),
                                _mm512_sub_epi32(at, _mm512_set1_epi32(first)),
                                _mm512_loadu_ps(base + first + 16));
#elif defined(__AVX2__)
  static_cast<void>(narrow), static_cast<void>(first);
  return _mm256_i32gather_ps(base, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(indices)),
                             4);
#else
  static_cast<void>(narrow), static_cast<void>(first);
  float lanes[Vector::kLanes];
  for (int i = 0; i < Vector::kLanes; ++i) lanes[i] = base[indices[i]];
  return Vector::load(lanes);
#endif
}

/// True when each vector of outputs reads from fewer than two vectors of inputs, counted from the
/// first tap of its first output.
inline bool is_narrow(const ops::ResizeAxis& axis) {
  for (int64_t x = 0; x + Vector::kLanes <= axis.out; x += Vector::kLanes) {
    const int32_t first = axis.indices[static_cast<size_t>(x)];
    for (int t = 0; t < axis.taps; ++t) {
      for (int64_t i = x; i < x + Vector::kLanes; ++i) {
        const int32_t index = axis.indices[static_cast<size_t>(t * axis.out + i)];
        if (index < first || index >= first + 2 * Vector::kLanes) return false;
      }
    }
  }
  return true;
}

/// A row of the input as floats, weighed along x.
template <typename T>
void weigh_columns(const ops::ResizeAxis& axis, bool narrow, const T* in, float* copy, float* out) {
  constexpr int64_t kLanes = Vector::kLanes;
  for (int64_t i = 0; i < axis.in; i += kLanes) {
    const int count = static_cast<int>(std::min(kLanes, axis.in - i));
    (count == kLanes ? Vector::load(in + i) : Vector::load(in + i, count)).store(copy + i, count);
  }
  const int32_t* indices = axis.indices.data();
  const float* weights = axis.weights.data();
  int64_t x = 0;
  for (; x + kLanes <= axis.out; x += kLanes) {
    const int32_t first = indices[x];
    Vector sum = gather(copy, indices + x, narrow, first) * Vector::load(weights + x);
    for (int t = 1; t < axis.taps; ++t)
      sum = fma(gather(copy, indices + t * axis.out + x, narrow, first),
                Vector::load(weights + t * axis.out + x), sum);
    sum.store(out + x);
  }
  for (; x < axis.out; ++x) {
    out[x] = 0;
    for (int t = 0; t < axis.taps; ++t)
      out[x] += copy[indices[t * axis.out + x]] * weights[t * axis.out + x];
  }
}

/// Each row of the input is weighed along x once for all rows of the output that follow from it:
/// the last few are kept. The tables of x are by tap: all indices of tap 0, then all of tap 1.
template <typename T>
void planar_rows(const Rows& rows) {
  const Images& images = *rows.images;
  const ops::ResizeAxis &xs = images.x, &ys = images.y;
  const bool narrow = is_narrow(xs);
  float* copy = rows.scratch;
  const int64_t pitch = planar_pitch(xs.out);
  float* kept = copy + planar_pitch(xs.in) + 2 * Vector::kLanes;
  const int64_t slots = kept_rows(images);
  std::array<int64_t, kMostPlanarTaps> kept_row;
  kept_row.fill(-1);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t first_tap = row % ys.out * ys.taps;
    std::array<const float*, kMostPlanarTaps> sources;
    std::array<float, kMostPlanarTaps> weights;
    size_t count = 0;
    for (int64_t tap = first_tap; tap < first_tap + ys.taps; ++tap) {
      const float weight = ys.weights[static_cast<size_t>(tap)];
      if (weight == 0.0f) continue;
      const int64_t index = ys.indices[static_cast<size_t>(tap)];
      const int64_t source = row / ys.out * ys.in + index;
      const auto slot = static_cast<size_t>(index % slots);
      float* at = kept + static_cast<int64_t>(slot) * pitch;
      if (kept_row[slot] != source) {
        weigh_columns(xs, narrow, static_cast<const T*>(rows.in) + source * xs.in, copy, at);
        kept_row[slot] = source;
      }
      sources[count] = at;
      weights[count++] = weight;
    }
    blend_rows(sources.data(), weights.data(), static_cast<int>(count),
               static_cast<T*>(rows.out) + row * xs.out, xs.out);
  }
}

}  // namespace
}  // namespace trtlike::kernels::resize
