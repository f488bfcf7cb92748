// Resize by taps where a pixel's channels are adjacent. Internal linkage like Vector.
#pragma once

#include "kernels/resize/taps.h"

namespace trtlike::kernels::resize {
namespace {

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

}  // namespace
}  // namespace trtlike::kernels::resize
