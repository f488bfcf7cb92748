// Rounding to multiples of a step and to narrower types. Internal linkage, like Vector.
#pragma once

#include "core/dtype.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels {
namespace {

/// round(x / step) step, ties to even, for finite quotients; `inverse` is 1 / step. Where products
/// and sums round once, a corrected product takes the place of the slow division.
inline Vector round_to(Vector x, Vector step, Vector inverse) {
#if defined(__FMA__)
  const Vector quotient = x * inverse;
  const Vector rest = fma(-quotient, step, x);
  return round(fma(rest, inverse, quotient)) * step;
#else
  static_cast<void>(inverse);
  return round(x / step) * step;
#endif
}

/// Through another type and back.
template <typename T>
inline Vector narrowed(Vector x) {
  T stored[Vector::kLanes];
  x.store(stored);
  return Vector::load(stored);
}
inline Vector round_f16(Vector x) { return narrowed<core::Half>(x); }
inline Vector round_bf16(Vector x) { return narrowed<core::BFloat16>(x); }

}  // namespace
}  // namespace trtlike::kernels
