// The transforms as templates; each instruction set's file makes its own copies.
#pragma once

#include "kernels/convolution/winograd/winograd.h"
#include "kernels/convolution/winograd/winograd_dimension.h"
#include "kernels/epilogue/stage_impl.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::convolution {
namespace {

/// Transforms `lanes` channels from channel c on.
template <int kM, int kStride, int kTaps, bool kFull>
inline void transform_input_lanes(const InputWindow& w, int64_t c, int lanes) {
  constexpr int kT = WinogradSize{kM, kStride, kTaps}.window();
  Vector columns[kT][kT];
#pragma GCC unroll 9
  for (int j = 0; j < kT; ++j) {
    Vector d[kT], y[kT];
#pragma GCC unroll 9
    for (int i = 0; i < kT; ++i) {
      const float* at = w.in + i * w.row_pitch + j * w.pixel_pitch + c;
      if (j >= kT - kM * kStride) __builtin_prefetch(at + kM * kStride * w.pixel_pitch, 0, 2);
      d[i] = kFull ? Vector::load(at) : Vector::load(at, lanes);
    }
    Winograd<kM, kStride, kTaps>::input(d, y);
#pragma GCC unroll 9
    for (int i = 0; i < kT; ++i) columns[i][j] = y[i];
  }
#pragma GCC unroll 9
  for (int i = 0; i < kT; ++i) {
    Vector y[kT];
    Winograd<kM, kStride, kTaps>::input(columns[i], y);
#pragma GCC unroll 9
    for (int j = 0; j < kT; ++j) y[j].store(w.v + (i * kT + j) * w.plane + c);
  }
}

template <int kM, int kStride, int kTaps = 3>
void transform_input(const InputWindow& w) {
  int64_t c = 0;
  for (; c + Vector::kLanes <= w.channels; c += Vector::kLanes)
    transform_input_lanes<kM, kStride, kTaps, true>(w, c, Vector::kLanes);
  if (c < w.channels)
    transform_input_lanes<kM, kStride, kTaps, false>(w, c, static_cast<int>(w.channels - c));
}

/// `next` is where the tile to the right stores the same.
inline void store_whole([[maybe_unused]] const OutputTile& t, float* to, const float* next,
                        Vector y) {
#if defined(__AVX512F__)
  if (t.streamed) return _mm512_stream_ps(to, y.v);
#endif
  __builtin_prefetch(next, 1);
  y.store(to);
}

/// Stores row i of a tile's outputs, which are y before bias, residual and finish. kFull: all
/// outputs of the tile exist and all lanes are stored.
template <int kM, bool kFull>
inline void store_output_row(const OutputTile& t, int i, int64_t k, int lanes, Vector (&y)[kM]) {
  const Vector bias = Vector::load(t.bias + k);
#pragma GCC unroll 9
  for (int j = 0; j < kM; ++j) y[j] = y[j] + bias;
  const auto add_residual = [&]() __attribute__((always_inline)) {
#pragma GCC unroll 9
    for (int j = 0; j < kM; ++j) {
      if (!kFull && j >= t.columns) break;
      const float* at = t.residual + i * t.residual_row_pitch + j * t.residual_pitch + k;
      y[j] = y[j] + (kFull ? Vector::load(at) : Vector::load(at, lanes));
    }
  };
  if (t.residual != nullptr && !t.adds_last) add_residual();
  epilogue::run_stage<kM>(t.finish, y);
  if (t.residual != nullptr && t.adds_last) add_residual();
#pragma GCC unroll 9
  for (int j = 0; j < kM; ++j) {
    if (!kFull && j >= t.columns) break;
    float* to = t.out + i * t.row_pitch + j * t.pixel_pitch + k;
    if (kFull) {
      store_whole(t, to, to + kM * t.pixel_pitch, y[j]);
    } else {
      y[j].store(to, lanes);
    }
  }
}

template <int kM, int kStride, bool kFull>
inline void transform_output_lanes(const OutputTile& t, int64_t k, int lanes) {
  constexpr int kT = WinogradSize{kM, kStride}.window();
  Vector columns[kM][kT];
#pragma GCC unroll 9
  for (int j = 0; j < kT; ++j) {
    Vector m[kT], y[kM];
#pragma GCC unroll 9
    for (int i = 0; i < kT; ++i) m[i] = Vector::load(t.m + (i * kT + j) * t.plane + k);
    Winograd<kM, kStride>::output(m, y);
#pragma GCC unroll 9
    for (int i = 0; i < kM; ++i) columns[i][j] = y[i];
  }
#pragma GCC unroll 9
  for (int i = 0; i < kM; ++i) {
    if (!kFull && i >= t.rows) break;
    Vector y[kM];
    Winograd<kM, kStride>::output(columns[i], y);
    store_output_row<kM, kFull>(t, i, k, lanes, y);
  }
}

template <int kM, int kStride>
void transform_output(const OutputTile& t) {
  const bool whole = t.rows == kM && t.columns == kM;
  for (int64_t k = 0; k < t.channels; k += Vector::kLanes) {
    const int lanes =
        static_cast<int>(t.channels - k < Vector::kLanes ? t.channels - k : Vector::kLanes);
    if (whole && lanes == Vector::kLanes) {
      transform_output_lanes<kM, kStride, true>(t, k, lanes);
    } else {
      transform_output_lanes<kM, kStride, false>(t, k, lanes);
    }
  }
}

template <int kM, int kStride>
constexpr WinogradTransforms kTransforms{transform_input<kM, kStride>,
                                         transform_output<kM, kStride>};

constexpr WinogradSet make_winograd() {
  return {.dense = {kTransforms<2, 1>, kTransforms<4, 1>, kTransforms<6, 1>},
          .strided = {kTransforms<2, 2>, kTransforms<4, 2>}};
}

}  // namespace
}  // namespace trtlike::kernels::convolution
