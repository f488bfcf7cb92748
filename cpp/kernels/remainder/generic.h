// The loop of remainders, written once against Vector and compiled for each instruction set.
#pragma once

#include <math.h>

#include <limits>

#include "kernels/remainder/remainder.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::remainder {
namespace {

/// a - quotient * b, rounded once. Exact where it is no larger than b, for then it is a multiple of
/// b's last place.
inline Vector take_away(Vector a, Vector quotient, Vector b) {
#if defined(__FMA__)
  return fma(-quotient, b, a);
#else
  float x[Vector::kLanes], q[Vector::kLanes], y[Vector::kLanes];
  a.store(x);
  quotient.store(q);
  b.store(y);
  for (int lane = 0; lane < Vector::kLanes; ++lane)
    x[lane] = static_cast<float>(static_cast<double>(x[lane]) -
                                 static_cast<double>(q[lane]) * static_cast<double>(y[lane]));
  return Vector::load(x);
#endif
}

/// Where the quotient has more bits than a float, or b is infinite.
inline Vector by_lane(Vector a, Vector b, Vector out, Mask done, int lanes) {
  float x[Vector::kLanes], y[Vector::kLanes], is_done[Vector::kLanes], all[Vector::kLanes];
  a.store(x);
  b.store(y);
  out.store(all);
  select(done, Vector(1.0f), Vector(0.0f)).store(is_done);
  for (int lane = 0; lane < lanes; ++lane)
    if (is_done[lane] == 0) all[lane] = fmodf(x[lane], y[lane]);
  return Vector::load(all);
}

inline Vector remainder_of(Vector a, Vector b, int lanes) {
  constexpr float kMostExact = 8388608;  // 2^23
  const Vector zero(0.0f), quotient = trunc(a / b);
  // A quotient that was rounded up to a whole number takes away one too many.
  const Vector rest = take_away(a, quotient, b);
  const Vector with_sign = select(less(a, zero), -rest, rest);
  const Vector mended = select(less(with_sign, zero), with_sign + abs(b), with_sign);
  const Vector out = copy_sign(mended, a);
  const Mask done = mask_and(less(abs(quotient), Vector(kMostExact)),
                             less(abs(b), Vector(std::numeric_limits<float>::infinity())));
  return any(mask_not(done)) ? by_lane(a, b, out, done, lanes) : out;
}

template <typename T>
Vector load_one(const void* p) {
  float lanes[Vector::kLanes];
  Vector::load(static_cast<const T*>(p), 1).store(lanes);
  return Vector(lanes[0]);
}

template <typename T>
void compute(const Run& run) {
  const T *a = static_cast<const T*>(run.a), *b = static_cast<const T*>(run.b);
  T* out = static_cast<T*>(run.out);
  if (run.count == 0) return;
  const Vector one_a = load_one<T>(a), one_b = load_one<T>(b);
  int64_t i = 0;
  for (; i + Vector::kLanes <= run.count; i += Vector::kLanes)
    remainder_of(run.a_is_one ? one_a : Vector::load(a + i),
                 run.b_is_one ? one_b : Vector::load(b + i), Vector::kLanes)
        .store(out + i);
  if (i == run.count) return;
  const int lanes = static_cast<int>(run.count - i);
  remainder_of(run.a_is_one ? one_a : Vector::load(a + i, lanes),
               run.b_is_one ? one_b : Vector::load(b + i, lanes), lanes)
      .store(out + i, lanes);
}

constexpr Loops make_loops() {
  return {{compute<float>, compute<core::Half>, compute<core::BFloat16>}};
}

}  // namespace
}  // namespace trtlike::kernels::remainder
