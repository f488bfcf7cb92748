// The loops of reductions, written once against Vector. Included by one source file for each
// instruction set.
#pragma once

#include <limits>
#include <type_traits>

#include "kernels/reduce/reduce.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::reduce {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct SumOf {
  static constexpr float kStart = 0;
  static Vector combine(Vector a, Vector b) { return a + b; }
};
struct ProdOf {
  static constexpr float kStart = 1;
  static Vector combine(Vector a, Vector b) { return a * b; }
};
/// A NaN on either side is kept: max gives its second operand when one is NaN.
struct MaxOf {
  static constexpr float kStart = -kInfinity;
  static Vector combine(Vector a, Vector b) { return select(is_nan(b), b, max(b, a)); }
};
struct MinOf {
  static constexpr float kStart = kInfinity;
  static Vector combine(Vector a, Vector b) { return select(is_nan(b), b, min(b, a)); }
};

/// Calls f with the offset of every index of the walk's first `axes` axes.
template <typename F>
inline void for_each_offset(const Walk& walk, int axes, F&& f) {
  int64_t index[kMaxAxes] = {};
  for (int i = 0; i < axes; ++i)
    if (walk.extents[i] == 0) return;
  int64_t offset = 0;
  for (;;) {
    f(offset);
    int i = axes - 1;
    for (; i >= 0; --i) {
      offset += walk.steps[i];
      if (++index[i] < walk.extents[i]) break;
      offset -= index[i] * walk.steps[i];
      index[i] = 0;
    }
    if (i < 0) return;
  }
}

/// The lanes of `v` combined into one, in a tree of vector operations.
template <typename Op>
inline float across(Vector v) {
  if constexpr (std::is_same_v<Op, SumOf>) return sum(v);
  constexpr int kLanes = Vector::kLanes;
  float lanes[2 * kLanes];
  Vector(Op::kStart).store(lanes + kLanes);
  for (int half = kLanes / 2; half >= 1; half /= 2) {
    v.store(lanes);
    v = Op::combine(v, Vector::load(lanes + half));
  }
  v.store(lanes);
  return lanes[0];
}

template <typename Op, typename T>
float reduce_row(const T* input, const Walk& walk) {
  constexpr int64_t kLanes = Vector::kLanes;
  const int64_t count = walk.extents[walk.axes - 1];
  Vector sums[4] = {Vector(Op::kStart), Vector(Op::kStart), Vector(Op::kStart), Vector(Op::kStart)};
  for_each_offset(walk, walk.axes - 1, [&](int64_t offset) {
    const T* p = input + offset;
    int64_t i = 0;
    for (; i + 4 * kLanes <= count; i += 4 * kLanes)
      for (int j = 0; j < 4; ++j) sums[j] = Op::combine(sums[j], Vector::load(p + i + j * kLanes));
    for (; i + kLanes <= count; i += kLanes) sums[0] = Op::combine(sums[0], Vector::load(p + i));
    if (i == count) return;
    const int tail = static_cast<int>(count - i);
    float last[kLanes];
    Vector(Op::kStart).store(last);
    Vector::load(p + i, tail).store(last, tail);
    sums[1] = Op::combine(sums[1], Vector::load(last));
  });
  return across<Op>(Op::combine(Op::combine(sums[0], sums[1]), Op::combine(sums[2], sums[3])));
}

template <typename Op, typename T, int N, bool kTail>
inline void reduce_vectors(const T* input, T* output, int tail, const Walk& walk, Vector scale) {
  Vector sums[N];
  for (int i = 0; i < N; ++i) sums[i] = Vector(Op::kStart);
  const int last = walk.axes - 1;
  for_each_offset(walk, last, [&](int64_t offset) {
    const T* p = input + offset;
    for (int64_t k = 0; k < walk.extents[last]; ++k, p += walk.steps[last])
      for (int i = 0; i < N; ++i) {
        const T* at = p + i * Vector::kLanes;
        sums[i] = Op::combine(sums[i], kTail ? Vector::load(at, tail) : Vector::load(at));
      }
  });
  for (int i = 0; i < N; ++i) {
    const Vector y = sums[i] * scale;
    if constexpr (kTail) {
      y.store(output + i * Vector::kLanes, tail);
    } else {
      y.store(output + i * Vector::kLanes);
    }
  }
}

template <typename Op, typename T>
void reduce_columns(const T* input, T* output, int64_t count, const Walk& walk, float scale) {
  constexpr int64_t kLanes = Vector::kLanes;
  const Vector factor(scale);
  int64_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes)
    reduce_vectors<Op, T, 4, false>(input + i, output + i, 0, walk, factor);
  for (; i + kLanes <= count; i += kLanes)
    reduce_vectors<Op, T, 1, false>(input + i, output + i, 0, walk, factor);
  if (i < count)
    reduce_vectors<Op, T, 1, true>(input + i, output + i, static_cast<int>(count - i), walk,
                                   factor);
}

template <typename T>
float run_row(const void* input, const Walk& walk, Mode mode) {
  const auto* from = static_cast<const T*>(input);
  switch (mode) {
    case Mode::Prod:
      return reduce_row<ProdOf>(from, walk);
    case Mode::Max:
      return reduce_row<MaxOf>(from, walk);
    case Mode::Min:
      return reduce_row<MinOf>(from, walk);
    default:
      return reduce_row<SumOf>(from, walk);
  }
}

template <typename T>
void run_columns(const void* input, void* output, int64_t count, const Walk& walk, Mode mode,
                 float scale) {
  const auto* from = static_cast<const T*>(input);
  auto* to = static_cast<T*>(output);
  switch (mode) {
    case Mode::Prod:
      return reduce_columns<ProdOf>(from, to, count, walk, scale);
    case Mode::Max:
      return reduce_columns<MaxOf>(from, to, count, walk, scale);
    case Mode::Min:
      return reduce_columns<MinOf>(from, to, count, walk, scale);
    default:
      return reduce_columns<SumOf>(from, to, count, walk, scale);
  }
}

constexpr Loops make_loops() {
  return {
      .row = {{run_row<float>, run_row<core::Half>, run_row<core::BFloat16>}},
      .columns = {{run_columns<float>, run_columns<core::Half>, run_columns<core::BFloat16>}},
  };
}

}  // namespace
}  // namespace trtlike::kernels::reduce
