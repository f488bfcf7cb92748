// The steps of WinogradPolyphase as templates; each instruction set's file makes its own copies.
#pragma once

#include "kernels/convolution/winograd/winograd_polyphase.h"
#include "kernels/convolution/winograd/winograd_transforms.h"
#include "kernels/simd/transpose_block.h"

namespace trtlike::kernels::convolution {
namespace {

using PolyphaseTransform = Winograd<kPolyphaseSize.m, kPolyphaseSize.stride, kPolyphaseSize.taps>;

void fill_phase_lane(const PhaseLane& lane) {
  const auto clamp = [&](int64_t n) { return n < 0 ? 0 : n > lane.count ? lane.count : n; };
  const int64_t begin = lane.row == nullptr ? lane.count : clamp((1 - lane.x) / 2);
  const int64_t end = lane.row == nullptr ? lane.count : clamp((lane.width - lane.x + 1) / 2);
  for (int64_t i = 0; i < begin; ++i) lane.to[i] = 0.0f;
  if (lane.pixel_pitch == 1) {
    for (int64_t i = begin; i < end; ++i) lane.to[i] = lane.row[lane.x + 2 * i];
  } else {
    for (int64_t i = begin; i < end; ++i)
      lane.to[i] = lane.row[(lane.x + 2 * i) * lane.pixel_pitch];
  }
  for (int64_t i = end < begin ? begin : end; i < lane.count; ++i) lane.to[i] = 0.0f;
}

void transpose_phase_lanes(const float* lanes, int64_t pitch, int64_t count, float* pixels) {
  transpose_block(lanes, pitch, kPhasePixel, count, 1.0f, pixels, kPhasePixel);
}

template <int kTiles>
void multiply_phases(const PhaseRow& row) {
  constexpr int kT = kPolyphaseWindow, kM = kPolyphaseSize.m, kLanes = Vector::kLanes;
  Vector sums[kTiles][kT];
#pragma GCC unroll 4
  for (int t = 0; t < kTiles; ++t)
#pragma GCC unroll 7
    for (int j = 0; j < kT; ++j) sums[t][j] = Vector(0.0f);
  const float *w = row.weights, *end = row.v + row.inputs;
  float* m = row.m;
  const int64_t m_pitch = row.m_pitch;
  for (const float* v = row.v; v != end; ++v) {
#pragma GCC unroll 13
    for (int j = 0; j < kPhaseProducts; ++j, w += kLanes) {
      const Vector weight = Vector::load(w);
      const int column = j % kT;
      const float* at = v + column * kPhasePixel + j / kT * kPhaseHalf;
#pragma GCC unroll 4
      for (int t = 0; t < kTiles; ++t)
        sums[t][column] = fma(Vector(at[t * kPolyphaseTile]), weight, sums[t][column]);
    }
  }
#pragma GCC unroll 4
  for (int t = 0; t < kTiles; ++t, m += m_pitch) {
    Vector y[kM];
    PolyphaseTransform::output(sums[t], y);
#pragma GCC unroll 4
    for (int q = 0; q < kM; ++q) y[q].store(m + q * kLanes);
  }
}

template <int kTiles>
void multiply_some_phases(const PhaseRow& row) {
  if constexpr (kTiles > 1) {
    if (row.tiles < kTiles) return multiply_some_phases<kTiles - 1>(row);
  }
  multiply_phases<kTiles>(row);
}

template <bool kFull>
inline void output_phase_lanes(const OutputTile& t) {
  constexpr int kT = kPolyphaseWindow, kM = kPolyphaseSize.m;
  Vector y[kM][kM];
#pragma GCC unroll 4
  for (int q = 0; q < kM; ++q) {
    Vector m[kT], column[kM];
#pragma GCC unroll 7
    for (int i = 0; i < kT; ++i) m[i] = Vector::load(t.m + i * t.plane + q * Vector::kLanes);
    PolyphaseTransform::output(m, column);
#pragma GCC unroll 4
    for (int r = 0; r < kM; ++r) y[r][q] = column[r];
  }
#pragma GCC unroll 4
  for (int r = 0; r < kM; ++r) {
    if (!kFull && r >= t.rows) break;
    store_output_row<kM, kFull>(t, r, 0, static_cast<int>(t.channels), y[r]);
  }
}

void output_phases(const OutputTile& t) {
  if (t.rows == kPolyphaseSize.m && t.columns == kPolyphaseSize.m && t.channels == Vector::kLanes) {
    output_phase_lanes<true>(t);
  } else {
    output_phase_lanes<false>(t);
  }
}

template <int kMaxTiles>
constexpr WinogradPolyphase make_polyphase() {
  return {Vector::kLanes,
          kMaxTiles,
          fill_phase_lane,
          transpose_phase_lanes,
          transform_input<kPolyphaseSize.m, kPolyphaseSize.stride, kPolyphaseSize.taps>,
          multiply_some_phases<kMaxTiles>,
          output_phases};
}

}  // namespace
}  // namespace trtlike::kernels::convolution
