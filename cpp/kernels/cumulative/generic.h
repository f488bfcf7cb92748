// The loops of running sums, written once against Vector and compiled for each instruction set.
#pragma once

#include <algorithm>

#include "kernels/cumulative/columns.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::cumulative {
namespace {

struct Sum {
  Vector value{0.0f};
  Vector rest{0.0f};

  void add(Vector x) {
    const Vector next = value + x, added = next - value;
    const Vector lost = (value - (next - added)) + (x - added);
    // Where the sum is not finite nothing is.
    rest = rest + select(is_nan(lost), Vector(0.0f), lost);
    value = next;
  }
  Vector total() const { return value + rest; }
};

/// kVectors of columns from `column` on, the last one of some lanes.
template <int kVectors, typename T>
void add_vectors(const Columns& given, int64_t column, int lanes) {
  Sum sums[kVectors];
  for (int64_t step = 0; step < given.rows; ++step) {
    const int64_t row = given.reverse ? given.rows - 1 - step : step;
    const int64_t at = row * given.pitch + column;
    for (int v = 0; v < kVectors; ++v) {
      const T* in = static_cast<const T*>(given.in) + at + v * Vector::kLanes;
      T* out = static_cast<T*>(given.out) + at + v * Vector::kLanes;
      const bool is_whole = kVectors > 1 || lanes == Vector::kLanes;
      const Vector x = is_whole ? Vector::load(in) : Vector::load(in, lanes);
      const Vector before = sums[v].total();
      sums[v].add(x);
      const Vector shown = given.exclusive ? before : sums[v].total();
      is_whole ? shown.store(out) : shown.store(out, lanes);
    }
  }
}

template <typename T>
void add_up(const Columns& given) {
  constexpr int kMany = Vector::kLanes == 16 ? 8 : 4;
  int64_t column = 0;
  for (; column + kMany * Vector::kLanes <= given.columns; column += kMany * Vector::kLanes)
    add_vectors<kMany, T>(given, column, Vector::kLanes);
  for (; column < given.columns; column += Vector::kLanes)
    add_vectors<1, T>(given, column,
                      static_cast<int>(std::min<int64_t>(given.columns - column, Vector::kLanes)));
}

constexpr Loops make_loops() {
  return {{add_up<float>, add_up<core::Half>, add_up<core::BFloat16>}};
}

}  // namespace
}  // namespace trtlike::kernels::cumulative
