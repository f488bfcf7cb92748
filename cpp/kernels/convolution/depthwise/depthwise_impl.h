// Depthwise strips and scattered pixels as templates; each instruction set's file makes its own
// copies.
#pragma once

#include <type_traits>
#include <utility>

#include "kernels/convolution/depthwise/depthwise.h"
#include "kernels/epilogue/stage_impl.h"
#include "kernels/simd/narrow.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::convolution {
namespace {

template <bool kFull, typename T>
inline Vector load_lanes(const T* p, int lanes) {
  return kFull ? Vector::load(p) : Vector::load(p, lanes);
}

/// Keeps the compiler from folding a load into each of its uses: loads are scarcer than registers.
inline void pin(Vector& x) {
#if defined(__x86_64__)
  asm("" : "+v"(x.v));
#else
  static_cast<void>(x);
#endif
}

/// Elements of the input, bytes less their zero point.
template <bool kFull, typename Types>
inline Vector load_input(const DepthwisePixels<Types>& p, const typename Types::A* at, int lanes) {
  const Vector x = load_lanes<kFull>(at, lanes);
  if constexpr (std::is_integral_v<typename Types::A>) {
    return x - Vector(p.zero);
  } else {
    return x;
  }
}

/// Adds the residual, finishes and stores `lanes` channels of each pixel. `residual_at` and
/// `out_at` give the addresses for pixel i.
template <int kPixels, bool kFull, typename Types, typename ResidualAt, typename OutAt>
inline void finish_pixels(const DepthwisePixels<Types>& p, Vector (&sums)[kPixels], int lanes,
                          ResidualAt residual_at, OutAt out_at) {
  const auto add_residual = [&]() __attribute__((always_inline)) {
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i) sums[i] = sums[i] + load_lanes<kFull>(residual_at(i), lanes);
  };
  if (p.residual != nullptr && !p.adds_last) add_residual();
  epilogue::run_stage<kPixels>(p.finish, sums);
  if (p.residual != nullptr && p.adds_last) add_residual();
#pragma GCC unroll 8
  for (int i = 0; i < kPixels; ++i) {
    if (kFull) {
      store_as(sums[i], out_at(i));
    } else {
      store_as(sums[i], out_at(i), lanes);
    }
  }
}

/// kEdge: some columns of the windows are padding.
template <int kWidth, int kStride, int kPixels, bool kEdge, bool kFull, typename Types>
inline void strip_lanes(const DepthwiseStrip<Types>& s, int64_t c, int lanes) {
  constexpr int kColumns = (kPixels - 1) * kStride + kWidth;
  const DepthwisePixels<Types>& p = s.pixels;
  const typename Types::B* w = p.weights + c * p.taps + s.first_tap * Vector::kLanes;
  const typename Types::A* row = s.in + c;
  Vector sums[kPixels];
  const Vector bias = Vector::load(p.bias + c);
#pragma GCC unroll 8
  for (int i = 0; i < kPixels; ++i) sums[i] = bias;
  for (int64_t r = 0; r < s.kernel_rows; ++r, row += s.row_pitch, w += kWidth * Vector::kLanes) {
    Vector weights[kWidth];
#pragma GCC unroll 8
    for (int j = 0; j < kWidth; ++j) weights[j] = Vector::load(w + j * Vector::kLanes);
    const typename Types::A* at = row;
#pragma GCC unroll 24
    for (int column = 0; column < kColumns; ++column, at += s.pixel_pitch) {
      if (kEdge && (column < s.first_column || column >= s.last_column)) continue;
      Vector x = load_input<kFull>(p, at, lanes);
      pin(x);
#pragma GCC unroll 8
      for (int i = 0; i < kPixels; ++i) {
        const int j = column - i * kStride;
        if (j >= 0 && j < kWidth) sums[i] = fma(x, weights[j], sums[i]);
      }
    }
  }
  finish_pixels<kPixels, kFull>(
      p, sums, lanes, [&](int i) { return p.residual + i * p.residual_pitch + c; },
      [&](int i) { return s.out + i * s.out_pitch + c; });
}

template <int kWidth, int kStride, int kPixels, bool kEdge, typename Types>
inline void strip_channels(const DepthwiseStrip<Types>& s) {
  int64_t c = 0;
  for (; c + Vector::kLanes <= s.pixels.channels; c += Vector::kLanes)
    strip_lanes<kWidth, kStride, kPixels, kEdge, true>(s, c, Vector::kLanes);
  if (c < s.pixels.channels)
    strip_lanes<kWidth, kStride, kPixels, kEdge, false>(s, c,
                                                        static_cast<int>(s.pixels.channels - c));
}

template <typename Types, int kWidth, int kStride, int kPixels>
void run_strip(const DepthwiseStrip<Types>& s) {
  constexpr int kColumns = (kPixels - 1) * kStride + kWidth;
  if (s.first_column > 0 || s.last_column < kColumns) {
    strip_channels<kWidth, kStride, kPixels, true>(s);
  } else {
    strip_channels<kWidth, kStride, kPixels, false>(s);
  }
}

template <int kPixels, int kVectors, bool kFull, typename Types>
inline void table_lanes(const DepthwiseTable<Types>& t, int64_t c, int lanes) {
  const DepthwisePixels<Types>& p = t.pixels;
  Vector sums[kVectors][kPixels];
#pragma GCC unroll 4
  for (int j = 0; j < kVectors; ++j)
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i) sums[j][i] = Vector::load(p.bias + c + j * Vector::kLanes);
  for (int64_t tap = 0; tap < p.taps; ++tap) {
    const typename Types::A* const* rows = t.rows + tap * t.row_stride;
    const typename Types::B* w = p.weights + c * p.taps + tap * Vector::kLanes;
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) {
      const Vector weights = Vector::load(w + j * p.taps * Vector::kLanes);
#pragma GCC unroll 8
      for (int i = 0; i < kPixels; ++i) {
        const typename Types::A* at = rows[i] + c + j * Vector::kLanes;
        sums[j][i] = fma(load_input<kFull>(p, at, lanes), weights, sums[j][i]);
      }
    }
  }
#pragma GCC unroll 4
  for (int j = 0; j < kVectors; ++j) {
    const int64_t at = c + j * Vector::kLanes;
    finish_pixels<kPixels, kFull>(
        p, sums[j], lanes, [&](int i) { return p.residual + i * p.residual_pitch + at; },
        [&](int i) { return t.out + i * t.out_pitch + at; });
  }
}

/// Several vectors at once where the pixels alone are too few to hide the latency of the sums.
template <typename Types, int kPixels>
void run_table(const DepthwiseTable<Types>& t) {
  constexpr int kVectors = kPixels <= 2 ? 4 : kPixels <= 4 ? 2 : 1;
  int64_t c = 0;
  for (; c + kVectors * Vector::kLanes <= t.pixels.channels; c += kVectors * Vector::kLanes)
    table_lanes<kPixels, kVectors, true>(t, c, Vector::kLanes);
  for (; c + Vector::kLanes <= t.pixels.channels; c += Vector::kLanes)
    table_lanes<kPixels, 1, true>(t, c, Vector::kLanes);
  if (c < t.pixels.channels)
    table_lanes<kPixels, 1, false>(t, c, static_cast<int>(t.pixels.channels - c));
}

template <typename Types, int... kIndex>
constexpr DepthwiseSet<Types> make_depthwise(std::integer_sequence<int, kIndex...>) {
  DepthwiseSet<Types> set{};
  set.lanes = Vector::kLanes;
  ((set.strip[0][0][kIndex + 1] = run_strip<Types, 3, 1, kIndex + 1>), ...);
  ((set.strip[0][1][kIndex + 1] = run_strip<Types, 3, 2, kIndex + 1>), ...);
  ((set.strip[1][0][kIndex + 1] = run_strip<Types, 5, 1, kIndex + 1>), ...);
  ((set.strip[1][1][kIndex + 1] = run_strip<Types, 5, 2, kIndex + 1>), ...);
  ((set.strip[2][0][kIndex + 1] = run_strip<Types, 7, 1, kIndex + 1>), ...);
  ((set.strip[2][1][kIndex + 1] = run_strip<Types, 7, 2, kIndex + 1>), ...);
  ((set.table[kIndex + 1] = run_table<Types, kIndex + 1>), ...);
  return set;
}

template <typename Types>
constexpr DepthwiseSet<Types> make_depthwise() {
  return make_depthwise<Types>(std::make_integer_sequence<int, kDepthwisePixels>());
}

}  // namespace
}  // namespace trtlike::kernels::convolution

/// Defines the strips of a line of kernels.inc where it needs what this file is compiled for.
#define TRTLIKE_MAKE_DEPTHWISE(here, name, needs, types, tile)             \
  TRTLIKE_PICK(here, needs,                                                \
               static_assert(TRTLIKE_TILE_ROWS tile == kDepthwisePixels && \
                             TRTLIKE_TILE_COLUMNS tile == Vector::kLanes); \
               constinit const DepthwiseSet<TRTLIKE_TYPES types> name =    \
                   make_depthwise<TRTLIKE_TYPES types>();)
