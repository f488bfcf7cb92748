// The loops of pooling, written once against Vector. Included by one source file for each
// instruction set.
#pragma once

#include "kernels/pooling/linear.h"
#include "kernels/pooling/pixels.h"

namespace trtlike::kernels::pooling {
namespace {

template <typename Op, typename T>
float pool_whole(const T* input, int64_t count) {
  constexpr int64_t kLanes = Vector::kLanes;
  Vector sums[4] = {Vector(Op::kStart), Vector(Op::kStart), Vector(Op::kStart), Vector(Op::kStart)};
  int64_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes)
    for (int j = 0; j < 4; ++j)
      sums[j] = Op::combine(sums[j], Vector::load(input + i + j * kLanes));
  for (; i + kLanes <= count; i += kLanes) sums[0] = Op::combine(sums[0], Vector::load(input + i));
  float rest = Op::kStart;
  if (i < count) {
    float last[kLanes];
    const int tail = static_cast<int>(count - i);
    Vector::load(input + i, tail).store(last);
    for (int j = 0; j < tail; ++j) rest = Op::scalar(rest, last[j]);
  }
  const Vector all = Op::combine(Op::combine(sums[0], sums[1]), Op::combine(sums[2], sums[3]));
  return Op::scalar(Op::across(all), rest);
}

template <typename T>
float run_whole(const void* input, int64_t count, Mode mode) {
  const auto* from = static_cast<const T*>(input);
  return with_operation(mode, [&](auto op) { return pool_whole<decltype(op)>(from, count); });
}

constexpr Loops make_loops() {
  return {
      .pixels = {{run_pixels<float>, run_pixels<core::Half>, run_pixels<core::BFloat16>}},
      .signed_pixels = run_pixels<int8_t>,
      .unsigned_pixels = run_pixels<uint8_t>,
      .begin_rows = run_begin_rows,
      .linear = {{run_linear<float>, run_linear<core::Half>, run_linear<core::BFloat16>}},
      .whole = {{run_whole<float>, run_whole<core::Half>, run_whole<core::BFloat16>}},
  };
}

}  // namespace
}  // namespace trtlike::kernels::pooling
