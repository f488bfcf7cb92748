// The register tile as a template; each instruction set's file makes its own copies, compiled with
// its own flags.
#pragma once

#include <algorithm>
#include <utility>

#include "kernels/convolution/direct/tiles.h"
#include "kernels/epilogue/stage_impl.h"
#include "kernels/simd/multiply_step.h"
#include "kernels/simd/narrow.h"

namespace trtlike::kernels::convolution {
namespace {

template <typename Types, int kRows, int kVectors>
class RegisterTile {
 public:
  static void run(const Tile<Types>& tile) {
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
  using Multiply = StepOf<Types>;
  using Factor = typename Multiply::Factor;
  using Sums = typename Multiply::Sums;
  static constexpr int kLanes = Sums::kLanes;
  /// Channels of a step, and elements of its weights by vector.
  static constexpr int kDepth = kernels::kDepth<Types>;
  static constexpr int kElements = kLanes * kDepth;

  void start(const Tile<Types>& tile) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j)
        sums_[i][j] = Sums::load(tile.start + i * tile.start_stride + j * kLanes);
  }

  template <bool kAhead>
  void accumulate(const Tile<Types>& tile) {
    const char *ahead = tile.ahead, *input = tile.input_ahead;
    for (int64_t t = 0; t < tile.taps; ++t) {
      const typename Types::A* rows[kRows];
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) rows[i] = tile.rows[t * tile.row_stride + i] + tile.channel;
      const typename Types::B* w = tile.weights + t * tile.tap_stride;
      for (int64_t c = 0; c < tile.channels; c += kDepth, w += kVectors * kElements) {
        Factor weights[kVectors];
#pragma GCC unroll 4
        for (int j = 0; j < kVectors; ++j) weights[j] = Multiply::load(w + j * kElements);
        if constexpr (kAhead) {
          __builtin_prefetch(ahead, 0, 2);
          __builtin_prefetch(ahead + tile.ahead_half, 0, 2);
          ahead += tile.ahead_step;
          __builtin_prefetch(input, 0, 2);
          input += tile.input_step;
        }
#pragma GCC unroll 16
        for (int i = 0; i < kRows; ++i) {
          const Factor x = Multiply::repeat(rows[i] + c);
#pragma GCC unroll 4
          for (int j = 0; j < kVectors; ++j)
            sums_[i][j] = Multiply::multiply_add(x, weights[j], sums_[i][j]);
        }
      }
    }
  }

  void store_partial(const Tile<Types>& tile) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j)
        sums_[i][j].store(tile.partial + i * tile.partial_stride + j * kLanes);
  }

  [[gnu::always_inline]] void add_residual(const Tile<Types>& tile, int last) {
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

  void finish(const Tile<Types>& tile) {
    const int last = tile.out_channels - (kVectors - 1) * kLanes;
    if (tile.residual != nullptr && !tile.adds_last) add_residual(tile, last);
    epilogue::run_stage<kRows * kVectors>(tile.finish, &sums_[0][0]);
    if (tile.residual != nullptr && tile.adds_last) add_residual(tile, last);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      typename Types::C* out = tile.out[i] + tile.out_channel;
#pragma GCC unroll 4
      for (int j = 0; j + 1 < kVectors; ++j) store_as(sums_[i][j], out + j * kLanes);
      store_as(sums_[i][kVectors - 1], out + (kVectors - 1) * kLanes, last);
    }
  }

  Sums sums_[kRows][kVectors];
};

template <typename Types, int kVectors, int... kRows>
constexpr void fill_tiles(Tiles<Types>& set, std::integer_sequence<int, kRows...>) {
  set.max_rows[kVectors] = static_cast<int>(sizeof...(kRows));
  ((set.functions[kVectors][kRows + 1] = RegisterTile<Types, kRows + 1, kVectors>::run), ...);
}

/// Rows of a tile of fewer vectors than the line says: as many sums, up to what hides the latency
/// of the products.
constexpr int rows_of(int vectors, int rows, int max_vectors) {
  constexpr int kEnough = Vector::kLanes == 16 ? 12 : Vector::kLanes == 8 ? 8 : 4;
  return std::min(rows * max_vectors / vectors, kEnough);
}

template <typename Types, int kRows, int kMaxVectors>
constexpr Tiles<Types> make_tiles() {
  static_assert(kRows <= kMaxTileRows && kMaxVectors <= kMaxTileVectors);
  Tiles<Types> set{};
  set.lanes = Vector::kLanes;
  set.max_vectors = kMaxVectors;
  [&]<int... kIndex>(std::integer_sequence<int, kIndex...>) {
    (fill_tiles<Types, kIndex + 1>(
         set, std::make_integer_sequence<int, rows_of(kIndex + 1, kRows, kMaxVectors)>()),
     ...);
  }(std::make_integer_sequence<int, kMaxVectors>());
  return set;
}

}  // namespace
}  // namespace trtlike::kernels::convolution

/// Defines the tiles of a line of kernels.inc where it needs what this file is compiled for.
#define TRTLIKE_MAKE_TILES(here, name, needs, types, tile)                 \
  TRTLIKE_PICK(here, needs,                                                \
               constinit const Tiles<TRTLIKE_TYPES types> name =           \
                   make_tiles<TRTLIKE_TYPES types, TRTLIKE_TILE_ROWS tile, \
                              TRTLIKE_TILE_COLUMNS tile / Vector::kLanes>();)
