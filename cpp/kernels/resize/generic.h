// The loops of Resize by taps, written once against Vector and compiled for each instruction set.
#pragma once

#include <algorithm>
#include <array>

#include "kernels/resize/resize.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::resize {
namespace {

constexpr int kMaxTaps = 4;

/// The taps of one output index whose weight is not zero.
struct Taps {
  int count;
  std::array<int64_t, kMaxTaps> index;
  std::array<float, kMaxTaps> weight;

  /// Index 0 as it is.
  Taps() : count(1), index{0}, weight{1.0f} {}
  Taps(const ops::ResizeAxis& axis, int64_t i) : count(0) {
    for (int t = 0; t < axis.taps; ++t) {
      const auto at = static_cast<size_t>(i * axis.taps + t);
      if (axis.weights[at] == 0.0f) continue;
      index[static_cast<size_t>(count)] = axis.indices[at];
      weight[static_cast<size_t>(count)] = axis.weights[at];
      ++count;
    }
  }
};

/// out[c] = sum of weights[t] * sources[t][c] for kTaps taps.
template <int kTaps, typename In, typename T>
void weigh(const In* const* given_sources, const float* given_weights, T* out, int64_t channels) {
  constexpr int64_t kLanes = Vector::kLanes;
  const In* sources[kTaps];
  Vector weights[kTaps];
  for (int t = 0; t < kTaps; ++t) {
    sources[t] = given_sources[t];
    weights[t] = Vector(given_weights[t]);
  }
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    Vector sum = Vector::load(sources[0] + c) * weights[0];
    for (int t = 1; t < kTaps; ++t) sum = fma(Vector::load(sources[t] + c), weights[t], sum);
    sum.store(out + c);
  }
  if (c == channels) return;
  const int rest = static_cast<int>(channels - c);
  Vector sum = Vector::load(sources[0] + c, rest) * weights[0];
  for (int t = 1; t < kTaps; ++t) sum = fma(Vector::load(sources[t] + c, rest), weights[t], sum);
  sum.store(out + c, rest);
}

/// The same for any number of taps; those beyond 1, 2 and 4 are filled up with weights of zero.
template <typename In, typename T>
void weigh(const In** sources, float* weights, size_t taps, T* out, int64_t channels) {
  const size_t most = taps <= 1 ? 1 : taps <= 2 ? 2 : taps <= 4 ? 4 : kMaxTaps * kMaxTaps;
  for (size_t t = taps; t < most; ++t) {
    sources[t] = sources[0];
    weights[t] = 0;
  }
  if (most == 1) return weigh<1>(sources, weights, out, channels);
  if (most == 2) return weigh<2>(sources, weights, out, channels);
  if (most == 4) return weigh<4>(sources, weights, out, channels);
  weigh<kMaxTaps * kMaxTaps>(sources, weights, out, channels);
}

/// out[i] = sum of weights[t] * sources[t][i].
template <typename In, typename T>
void blend_rows(const In* const* sources, const float* weights, int taps, T* out, int64_t count) {
  constexpr int64_t kLanes = Vector::kLanes;
  for (int64_t i = 0; i < count; i += kLanes) {
    const int lanes = static_cast<int>(std::min(kLanes, count - i));
    Vector sum(0.0f);
    if (lanes == kLanes) {
      for (int t = 0; t < taps; ++t)
        sum = fma(Vector::load(sources[t] + i), Vector(weights[t]), sum);
      sum.store(out + i);
    } else {
      for (int t = 0; t < taps; ++t)
        sum = fma(Vector::load(sources[t] + i, lanes), Vector(weights[t]), sum);
      sum.store(out + i, lanes);
    }
  }
}

/// The pixels of one output row, each from `ys.count` rows of pixels of type In.
template <typename In, typename T>
void interleaved_row(const Images& images, const Taps& ys, const In* in, T* out) {
  for (int64_t x = 0; x < images.x.out; ++x) {
    const Taps xs(images.x, x);
    std::array<const In*, kMaxTaps * kMaxTaps> sources{in};
    std::array<float, kMaxTaps * kMaxTaps> weights{};
    size_t count = 0;
    for (size_t t = 0; t < static_cast<size_t>(ys.count); ++t) {
      for (size_t u = 0; u < static_cast<size_t>(xs.count); ++u) {
        sources[count] = in + (ys.index[t] * images.x.in + xs.index[u]) * images.in_pitch;
        weights[count++] = ys.weight[t] * xs.weight[u];
      }
    }
    weigh(sources.data(), weights.data(), count, out + x * images.out_pitch, images.channels);
  }
}

/// Where pixels are dense and at least as many as in the input, the rows are blended into one of
/// floats first.
template <typename T>
void interleaved_rows(const Rows& rows) {
  const Images& images = *rows.images;
  const Taps one_row;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t in_row = images.x.in * images.in_pitch;
    const auto* in = static_cast<const T*>(rows.in) + row / images.y.out * images.y.in * in_row;
    auto* out = static_cast<T*>(rows.out) + row * images.x.out * images.out_pitch;
    const Taps ys(images.y, row % images.y.out);
    if (ys.count <= 1 || !images.blends_rows()) {
      interleaved_row(images, ys, in, out);
      continue;
    }
    std::array<const T*, kMaxTaps> sources{};
    for (size_t t = 0; t < static_cast<size_t>(ys.count); ++t)
      sources[t] = in + ys.index[t] * in_row;
    blend_rows(sources.data(), ys.weight.data(), ys.count, rows.scratch, in_row);
    interleaved_row(images, one_row, static_cast<const float*>(rows.scratch), out);
  }
}

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
  std::array<int64_t, kMaxTaps> kept_row;
  kept_row.fill(-1);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const Taps taps(ys, row % ys.out);
    std::array<const float*, kMaxTaps * kMaxTaps> sources{kept};
    std::array<float, kMaxTaps * kMaxTaps> weights{};
    for (size_t t = 0; t < static_cast<size_t>(taps.count); ++t) {
      const int64_t source = row / ys.out * ys.in + taps.index[t];
      const auto slot = static_cast<size_t>(taps.index[t] % kMaxTaps);
      float* at = kept + static_cast<int64_t>(slot) * pitch;
      if (kept_row[slot] != source) {
        weigh_columns(xs, narrow, static_cast<const T*>(rows.in) + source * xs.in, copy, at);
        kept_row[slot] = source;
      }
      sources[t] = at;
      weights[t] = taps.weight[t];
    }
    blend_rows(sources.data(), weights.data(), taps.count, static_cast<T*>(rows.out) + row * xs.out,
               xs.out);
  }
}

constexpr TapLoops make_loops() {
  return {{interleaved_rows<float>, interleaved_rows<core::Half>, interleaved_rows<core::BFloat16>},
          {planar_rows<float>, planar_rows<core::Half>, planar_rows<core::BFloat16>}};
}

}  // namespace
}  // namespace trtlike::kernels::resize
