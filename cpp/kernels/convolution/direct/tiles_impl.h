// The register tile as a template; each instruction set's file makes its own copies, compiled with
// its own flags.
#pragma once

#include <utility>

#include "kernels/convolution/direct/tiles.h"
#include "kernels/epilogue/stage_impl.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::convolution {
namespace {

template <int kRows, int kVectors>
class RegisterTile {
 public:
  static void run(const Tile& tile) {
    RegisterTile sums;
    sums.start(tile);
    if (tile.ahead != nullptr) {
      sums.template accumulate<true>(tile);
    } else {
      sums.template accumulate<false>(tile);
    }
    if (tile.partial != nullptr) {
      sums.store_partial(tile);
    } else {
      sums.finish(tile);
    }
  }

 private:
  static constexpr int kLanes = Vector::kLanes;
  static constexpr int kWidth = kVectors * kLanes;

  void start(const Tile& tile) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j)
        sums_[i][j] = Vector::load(tile.start + i * tile.start_stride + j * kLanes);
  }

  template <bool kAhead>
  void accumulate(const Tile& tile) {
    const char *ahead = tile.ahead, *input = tile.input_ahead;
    for (int64_t t = 0; t < tile.taps; ++t) {
      const float* rows[kRows];
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) rows[i] = tile.rows[t * tile.row_stride + i] + tile.channel;
      const float* w = tile.weights + t * tile.tap_stride;
      for (int64_t c = 0; c < tile.channels; ++c, w += kWidth) {
        Vector weights[kVectors];
#pragma GCC unroll 4
        for (int j = 0; j < kVectors; ++j) weights[j] = Vector::load(w + j * kLanes);
        if constexpr (kAhead) {
          __builtin_prefetch(ahead, 0, 2);
          __builtin_prefetch(ahead + tile.ahead_half, 0, 2);
          ahead += tile.ahead_step;
          __builtin_prefetch(input, 0, 2);
          input += tile.input_step;
        }
#pragma GCC unroll 16
        for (int i = 0; i < kRows; ++i) {
          const Vector x(rows[i][c]);
#pragma GCC unroll 4
          for (int j = 0; j < kVectors; ++j) sums_[i][j] = fma(x, weights[j], sums_[i][j]);
        }
      }
    }
  }

  void store_partial(const Tile& tile) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j)
        sums_[i][j].store(tile.partial + i * tile.partial_stride + j * kLanes);
  }

  void finish(const Tile& tile) {
    const int last = tile.out_channels - (kVectors - 1) * kLanes;
    if (tile.residual != nullptr) {
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) {
        const float* residual = tile.residual + i * tile.residual_stride + tile.out_channel;
#pragma GCC unroll 4
        for (int j = 0; j < kVectors; ++j) {
          const Vector x = j + 1 < kVectors ? Vector::load(residual + j * kLanes)
                                            : Vector::load(residual + j * kLanes, last);
          sums_[i][j] = sums_[i][j] + x;
        }
      }
    }
    epilogue::run_stage<kRows * kVectors>(tile.finish, &sums_[0][0]);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      float* out = tile.out[i] + tile.out_channel;
#pragma GCC unroll 4
      for (int j = 0; j + 1 < kVectors; ++j) sums_[i][j].store(out + j * kLanes);
      sums_[i][kVectors - 1].store(out + (kVectors - 1) * kLanes, last);
    }
  }

  Vector sums_[kRows][kVectors];
};

template <int kVectors, int... kRows>
constexpr void fill_tiles(TileSet& set, std::integer_sequence<int, kRows...>) {
  set.max_rows[kVectors] = static_cast<int>(sizeof...(kRows));
  ((set.functions[kVectors][kRows + 1] = RegisterTile<kRows + 1, kVectors>::run), ...);
}

/// The set with tiles of up to kMaxRows rows for 1, 2, ... vectors.
template <int... kMaxRows>
constexpr TileSet make_tiles() {
  TileSet set{};
  set.lanes = Vector::kLanes;
  set.max_vectors = sizeof...(kMaxRows);
  [&]<int... kIndex>(std::integer_sequence<int, kIndex...>) {
    (fill_tiles<kIndex + 1>(set, std::make_integer_sequence<int, kMaxRows>()), ...);
  }(std::make_integer_sequence<int, static_cast<int>(sizeof...(kMaxRows))>());
  return set;
}

}  // namespace
}  // namespace trtlike::kernels::convolution
