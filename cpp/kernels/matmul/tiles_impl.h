// The register tile as a template over what a step multiplies. Each instruction set's file makes
// its own copies, compiled with its own flags.
#pragma once

#include <utility>

#include "kernels/matmul/pack_impl.h"
#include "kernels/matmul/strassen_tile.h"
#include "kernels/matmul/tiles.h"
#include "kernels/simd/multiply_step.h"
#include "kernels/simd/narrow.h"

namespace trtlike::kernels::matmul {
namespace {

template <typename Types, int kRows, int kVectors>
class RegisterTile {
 public:
  using Args = TileArgs<Types>;
  static void run(const Args& args) {
    RegisterTile tile;
    tile.start(args);
    tile.accumulate(args);
    tile.finish(args);
  }

 private:
  using A = typename Types::A;
  using B = typename Types::B;
  using Multiply = StepOf<Types>;
  using Factor = typename Multiply::Factor;
  using Sums = typename Multiply::Sums;
  static constexpr int kLanes = Sums::kLanes;
  /// Elements of A in a step, and of B in a vector of a step.
  static constexpr int kDepth = kernels::kDepth<Types>;
  static constexpr int kElements = kLanes * kDepth;
  static constexpr int kStepsAtOnce = 8;
  /// Small tiles sum several steps side by side, or they would wait for the last sum.
  static constexpr int kChains = kRows * kVectors >= 8 ? 1 : kRows * kVectors >= 4 ? 2 : 4;

  void start(const Args& args) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) {
        sums_[0][i][j] = Sums::load(args.start + i * args.start_stride + j * kLanes);
#pragma GCC unroll 4
        for (int s = 1; s < kChains; ++s) sums_[s][i][j] = Sums(typename Types::Sum{0});
      }
  }

  template <int kChain>
  void step(const A* a, int64_t stride, const B* b) {
    Factor factors[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) factors[j] = Multiply::load(b + j * kElements);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const Factor x = Multiply::repeat(a + i * stride);
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j)
        sums_[kChain][i][j] = Multiply::multiply_add(x, factors[j], sums_[kChain][i][j]);
    }
  }

  template <int... kChain>
  void steps(const A* a, int64_t stride, const B* b, std::integer_sequence<int, kChain...>) {
    (step<kChain>(a + kChain * kDepth, stride, b + kChain * kVectors * kElements), ...);
  }

  void accumulate(const Args& args) {
    constexpr auto kSequence = std::make_integer_sequence<int, kChains>();
    const A* a = args.a;
    const B* b = args.b;
    const int64_t stride = args.a_stride;
    const char* ahead = args.ahead;
    int64_t s = 0;
    for (; s + kStepsAtOnce <= args.steps; s += kStepsAtOnce) {
      for (int line = 0; line < args.ahead_lines; ++line, ahead += 64)
        __builtin_prefetch(ahead, 0, 2);
#pragma GCC unroll 1
      for (int i = 0; i < kStepsAtOnce; i += kChains) {
        steps(a, stride, b, kSequence);
        a += kChains * kDepth;
        b += kChains * kVectors * kElements;
      }
    }
    for (; s < args.steps; ++s, a += kDepth, b += kVectors * kElements) step<0>(a, stride, b);
  }

  void finish(const Args& args) {
    const Vector low(args.low), high(args.high);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) {
        Vector& sum = sums_[0][i][j];
#pragma GCC unroll 4
        for (int s = 1; s < kChains; ++s) sum = sum + sums_[s][i][j];
        if (args.clip) sum = max(low, min(high, sum));
      }
    if (args.dtype == DataType::Float) {
      store(static_cast<float*>(args.c), args);
    } else if (args.dtype == DataType::Half) {
      store(static_cast<core::Half*>(args.c), args);
    } else {
      store(static_cast<core::BFloat16*>(args.c), args);
    }
  }

  template <typename T>
  void store(T* c, const Args& args) const {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i, c += args.c_stride) {
#pragma GCC unroll 4
      for (int j = 0; j + 1 < kVectors; ++j) store_as(sums_[0][i][j], c + j * kLanes);
      store_as(sums_[0][i][kVectors - 1], c + (kVectors - 1) * kLanes, args.last);
    }
  }

  Sums sums_[kChains][kRows][kVectors];
};

template <typename Types, int kVectors, int... kRows>
constexpr void fill_tiles(Tiles<Types>& set, std::integer_sequence<int, kRows...>) {
  ((set.tiles[kRows + 1][kVectors] = RegisterTile<Types, kRows + 1, kVectors>::run), ...);
}

template <typename Types, int kMaxRows, int kMaxVectors>
constexpr Tiles<Types> make_tiles(core::Isa needs) {
  static_assert(kMaxRows <= kMaxTileRows && kMaxVectors <= kMaxTileVectors);
  using A = typename Types::A;
  using B = typename Types::B;
  Tiles<Types> set{};
  set.needs = needs;
  set.lanes = Vector::kLanes;
  set.max_rows = kMaxRows;
  set.max_vectors = kMaxVectors;
  set.depth = kDepth<Types>;
  set.b_bytes = sizeof(B);
  [&]<int... kIndex>(std::integer_sequence<int, kIndex...>) {
    (fill_tiles<Types, kIndex + 1>(set, std::make_integer_sequence<int, kMaxRows>()), ...);
  }(std::make_integer_sequence<int, kMaxVectors>());
  set.copy_rows = copy_rows<A, kDepth<Types>>;
  set.pack_panel = pack_panel<B, kDepth<Types>>;
  if constexpr (std::is_same_v<Types, F32>) {
    fill_quarters<kMaxVectors>(set, std::make_integer_sequence<int, kMaxRows>());
    set.add = add;
    set.sum_squares = sum_squares;
  }
  return set;
}

}  // namespace
}  // namespace trtlike::kernels::matmul

/// Defines the tiles of a line of kernels.inc where it needs what this file is compiled for.
#define TRTLIKE_MAKE_TILES(here, name, needs, types, tile)                 \
  TRTLIKE_PICK(here, needs,                                                \
               constinit const Tiles<TRTLIKE_TYPES types> name =           \
                   make_tiles<TRTLIKE_TYPES types, TRTLIKE_TILE_ROWS tile, \
                              TRTLIKE_TILE_COLUMNS tile / Vector::kLanes>(core::Isa::needs);)
