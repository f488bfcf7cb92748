// The register tile of one of Strassen's products: sums a panel of B while it multiplies, and adds
// its result to two quarters of C.
#pragma once

#include "kernels/matmul/tiles.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::matmul {
namespace {

template <int kRows, int kVectors>
class QuarterTile {
 public:
  static void run(const QuarterArgs& args) {
    QuarterTile tile;
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) tile.sums_[i][j] = Vector(0.0f);
    if (args.b_second != nullptr) {
      tile.accumulate<true>(args);
    } else {
      tile.accumulate<false>(args);
    }
    for (const QuarterTarget& target : args.targets)
      if (target.to != nullptr) tile.add_to(target, args.c_stride);
  }

 private:
  static constexpr int kLanes = Vector::kLanes;
  static constexpr int64_t kWidth = kVectors * kLanes;
  static constexpr int kStepsAtOnce = 8;

  /// B's panel, or two that are summed.
  struct Panel {
    const float *first, *second;
    float* sum;
    Vector factor;
  };

  template <bool kSums>
  void step(const float* a, int64_t stride, const Panel& b, int64_t at) {
    Vector columns[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) {
      columns[j] = Vector::load(b.first + at + j * kLanes);
      if constexpr (kSums) {
        columns[j] = fma(b.factor, Vector::load(b.second + at + j * kLanes), columns[j]);
        columns[j].store(b.sum + at + j * kLanes);
      }
    }
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const Vector x(a[i * stride]);
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) sums_[i][j] = fma(x, columns[j], sums_[i][j]);
    }
  }

  template <bool kSums>
  void accumulate(const QuarterArgs& args) {
    const Panel b{args.b, args.b_second, args.b_sum, Vector(args.b_factor)};
    const float* a = args.a;
    const int64_t stride = args.a_stride, steps = args.steps;
    const char* ahead = args.ahead;
    const int lines = args.ahead_lines;
    int64_t s = 0;
    for (; s + kStepsAtOnce <= steps; s += kStepsAtOnce) {
      for (int line = 0; line < lines; ++line, ahead += 64) __builtin_prefetch(ahead, 0, 2);
#pragma GCC unroll 1
      for (int i = 0; i < kStepsAtOnce; ++i) step<kSums>(a + s + i, stride, b, (s + i) * kWidth);
    }
    for (; s < steps; ++s) step<kSums>(a + s, stride, b, s * kWidth);
  }

  void add_to(const QuarterTarget& target, int64_t stride) const {
    const Vector factor(target.factor);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      if (i >= target.rows) return;
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) {
        const Vector from = Vector::load(target.from + i * target.from_stride + j * kLanes);
        fma(factor, sums_[i][j], from).store(target.to + i * stride + j * kLanes);
      }
    }
  }

  Vector sums_[kRows][kVectors];
};

inline void add(const SumArgs& args) {
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

inline float sum_squares(const float* x, int64_t count) {
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

template <int kVectors, int... kRows>
constexpr void fill_quarters(QuarterTiles& set, std::integer_sequence<int, kRows...>) {
  ((set.quarters[kRows + 1] = QuarterTile<kRows + 1, kVectors>::run), ...);
}

}  // namespace
}  // namespace trtlike::kernels::matmul
