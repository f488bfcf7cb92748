// The register tile as a template over what a step multiplies. Each instruction set's file makes
// its own copies, compiled with its own flags.
#pragma once

#include <utility>

#include "kernels/matmul/pack_impl.h"
#include "kernels/matmul/strassen_tile.h"
#include "kernels/matmul/tiles.h"
#include "kernels/simd/narrow.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::matmul {
namespace {

/// What a step multiplies: floats by elements that widen to floats, unless an instruction set has
/// more to offer.
template <typename Types>
struct Step {
  using T = typename Types::B;
  static constexpr PanelFormat kFormat = sizeof(T) == 2 ? PanelFormat::F16 : PanelFormat::F32;
  using Element = T;
  using Factor = Vector;
  static Factor load(const T* p) { return Vector::load(p); }
  static Factor repeat(const float* p) { return Vector(*p); }
  static Vector multiply_add(Factor a, Factor b, Vector sum) { return fma(a, b, sum); }
};

template <typename Step, int kRows, int kVectors>
class RegisterTile {
 public:
  static void run(const TileArgs& args) {
    RegisterTile tile;
    tile.start(args);
    tile.accumulate(args);
    tile.finish(args);
  }

 private:
  static constexpr int kLanes = Vector::kLanes;
  static constexpr int kWidth = kVectors * kLanes;
  static constexpr int kStepsAtOnce = 8;
  /// Small tiles sum several steps side by side, or they would wait for the last sum.
  static constexpr int kChains = kRows * kVectors >= 8 ? 1 : kRows * kVectors >= 4 ? 2 : 4;

  void start(const TileArgs& args) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) {
        sums_[0][i][j] = Vector::load(args.start + i * args.start_stride + j * kLanes);
#pragma GCC unroll 4
        for (int s = 1; s < kChains; ++s) sums_[s][i][j] = Vector(0.0f);
      }
  }

  template <int kChain>
  void step(const float* a, int64_t stride, const typename Step::Element* b) {
    typename Step::Factor factors[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) factors[j] = Step::load(b + j * kElements);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const typename Step::Factor x = Step::repeat(a + i * stride);
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j)
        sums_[kChain][i][j] = Step::multiply_add(x, factors[j], sums_[kChain][i][j]);
    }
  }

  template <int... kChain>
  void steps(const float* a, int64_t stride, const typename Step::Element* b,
             std::integer_sequence<int, kChain...>) {
    (step<kChain>(a + kChain, stride, b + kChain * kVectors * kElements), ...);
  }

  void accumulate(const TileArgs& args) {
    constexpr auto kSequence = std::make_integer_sequence<int, kChains>();
    const float* a = args.a;
    const auto* b = static_cast<const typename Step::Element*>(args.b);
    const int64_t stride = args.a_stride;
    const char* ahead = args.ahead;
    int64_t s = 0;
    for (; s + kStepsAtOnce <= args.steps; s += kStepsAtOnce) {
      for (int line = 0; line < args.ahead_lines; ++line, ahead += 64)
        __builtin_prefetch(ahead, 0, 2);
#pragma GCC unroll 1
      for (int i = 0; i < kStepsAtOnce; i += kChains) {
        steps(a, stride, b, kSequence);
        a += kChains;
        b += kChains * kVectors * kElements;
      }
    }
    for (; s < args.steps; ++s, ++a, b += kVectors * kElements) step<0>(a, stride, b);
  }

  void finish(const TileArgs& args) {
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
  void store(T* c, const TileArgs& args) const {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i, c += args.c_stride) {
#pragma GCC unroll 4
      for (int j = 0; j + 1 < kVectors; ++j) store_as(sums_[0][i][j], c + j * kLanes);
      store_as(sums_[0][i][kVectors - 1], c + (kVectors - 1) * kLanes, args.last);
    }
  }

  /// Elements of B in a vector of a step.
  static constexpr int kElements = kLanes;

  Vector sums_[kChains][kRows][kVectors];
};

void add(const SumArgs& args) {
  constexpr int kLanes = Vector::kLanes;
  const Vector factor(args.factor);
  int64_t i = 0;
  for (; i + kLanes <= args.count; i += kLanes)
    fma(factor, Vector::load(args.y + i), Vector::load(args.x + i)).store(args.to + i);
  if (i == args.count) return;
  const int tail = static_cast<int>(args.count - i);
  fma(factor, Vector::load(args.y + i, tail), Vector::load(args.x + i, tail))
      .store(args.to + i, tail);
}

float sum_squares(const float* x, int64_t count) {
  constexpr int kLanes = Vector::kLanes, kChains = 4;
  Vector sums[kChains] = {Vector(0.0f), Vector(0.0f), Vector(0.0f), Vector(0.0f)};
  const auto take = [](Vector v, Vector& total) { total = fma(v, v, total); };
  int64_t i = 0;
  for (; i + kChains * kLanes <= count; i += kChains * kLanes)
#pragma GCC unroll 4
    for (int c = 0; c < kChains; ++c) take(Vector::load(x + i + c * kLanes), sums[c]);
  for (; i + kLanes <= count; i += kLanes) take(Vector::load(x + i), sums[0]);
  if (i < count) take(Vector::load(x + i, static_cast<int>(count - i)), sums[1]);
  return sum(sums[0] + sums[1] + sums[2] + sums[3]);
}

template <typename Step, int kVectors, int... kRows>
constexpr void fill_tiles(TileSet& set, std::integer_sequence<int, kRows...>) {
  ((set.tiles[kRows + 1][kVectors] = RegisterTile<Step, kRows + 1, kVectors>::run), ...);
}

template <typename Step, int kMaxRows, int kMaxVectors>
constexpr TileSet make_tiles() {
  static_assert(kMaxRows <= kMaxTileRows && kMaxVectors <= kMaxTileVectors);
  TileSet set{};
  set.format = Step::kFormat;
  set.lanes = Vector::kLanes;
  set.max_rows = kMaxRows;
  set.max_vectors = kMaxVectors;
  [&]<int... kIndex>(std::integer_sequence<int, kIndex...>) {
    (fill_tiles<Step, kIndex + 1>(set, std::make_integer_sequence<int, kMaxRows>()), ...);
  }(std::make_integer_sequence<int, kMaxVectors>());
  if constexpr (Step::kFormat == PanelFormat::F32)
    fill_quarters<kMaxVectors>(set, std::make_integer_sequence<int, kMaxRows>());
  set.copy_rows = copy_rows<Step::kFormat>;
  set.pack_panel = pack_panel<Step::kFormat>;
  set.add = add;
  set.sum_squares = sum_squares;
  return set;
}

}  // namespace
}  // namespace trtlike::kernels::matmul

/// Defines the tiles of a line of kernels.inc where it needs what this file is compiled for.
#define TRTLIKE_MAKE_TILES(here, name, needs, types, tile)                                         \
  TRTLIKE_PICK(                                                                                    \
      here, needs,                                                                                 \
      constinit const TileSet name = make_tiles<Step<TRTLIKE_TYPES types>, TRTLIKE_TILE_ROWS tile, \
                                                TRTLIKE_TILE_COLUMNS tile / Vector::kLanes>();)
