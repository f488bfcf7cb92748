// Weighted sums of the few pixels or rows that an output is made of. Internal linkage like Vector.
#pragma once

#include <algorithm>
#include <array>

#include "kernels/resize/resize.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::resize {
namespace {

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

}  // namespace
}  // namespace trtlike::kernels::resize
