// The loops of linear attention, written once against Vector. Included by one source file for each
// instruction set.
#pragma once

#include <algorithm>

#include "kernels/linear_attention/linear_attention.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::linear_attention {
namespace {

constexpr int64_t kLanes = Vector::kLanes;

/// Calls f(column, count) for whole vectors of the columns and for what remains.
template <typename F>
void for_each_vector(int64_t columns, const F& f) {
  int64_t j = 0;
  for (; j + kLanes <= columns; j += kLanes) f(j, kLanes);
  if (j < columns) f(j, columns - j);
}

Vector load_part(const float* p, int64_t count) {
  return count == kLanes ? Vector::load(p) : Vector::load(p, static_cast<int>(count));
}

void store_part(Vector v, float* p, int64_t count) {
  count == kLanes ? v.store(p) : v.store(p, static_cast<int>(count));
}

void fade(const Memory& memory, const float* factors) {
  for (int64_t d = 0; d < memory.keys; ++d) {
    float* row = memory.elements + d * memory.values;
    const Vector factor(factors[d]);
    for_each_vector(memory.values, [&](int64_t j, int64_t count) {
      store_part(factor * load_part(row + j, count), row + j, count);
    });
  }
}

void learn(const Memory& memory, const float* key, const float* value) {
  for_each_vector(memory.values, [&](int64_t j, int64_t count) {
    const Vector v = load_part(value + j, count);
    float* at = memory.elements + j;
    for (int64_t d = 0; d < memory.keys; ++d, at += memory.values)
      store_part(fma(Vector(key[d]), v, load_part(at, count)), at, count);
  });
}

void read(const Memory& memory, const float* query, float scale, float* out) {
  for_each_vector(memory.values, [&](int64_t j, int64_t count) {
    Vector sums[2] = {Vector(0.0f), Vector(0.0f)};
    const float* at = memory.elements + j;
    for (int64_t d = 0; d < memory.keys; ++d, at += memory.values)
      sums[d % 2] = fma(Vector(query[d]), load_part(at, count), sums[d % 2]);
    store_part(Vector(scale) * (sums[0] + sums[1]), out + j, count);
  });
}

constexpr Loops make_loops() { return {fade, learn, read}; }

}  // namespace
}  // namespace trtlike::kernels::linear_attention
