// Elementary functions on Vector. Maximum errors in units in the last place of the exact result, as
// the tests check them against double precision over the whole range of floats (where the exact
// result is a normal number):
//   exp 1, log 1, log1p 1.5, expm1 2, erf 1.5, sigmoid 2.5, tanh 3; softplus 2
//   sin, cos (|x| <= 8192): 1e-7 absolute; gelu_erf, gelu_tanh: 1.2e-7 of max(1, |x|)
// Infinities and NaN give what the mathematics gives. Like Vector, all of it has internal linkage.
#pragma once

#include <limits>

#include "kernels/vector.h"

namespace trtlike::kernels {
namespace {

/// c0 + c1 x + c2 x^2 + ..., coefficients from the highest to the lowest.
template <typename... Coefficients>
inline Vector polynomial(Vector x, float highest, Coefficients... lower) {
  Vector sum(highest);
  ((sum = fma(sum, x, Vector(lower))), ...);
  return sum;
}

/// x = n ln 2 + r with |r| <= ln(2) / 2.
struct ReducedExponent {
  Vector n;
  Vector r;
};
inline ReducedExponent reduce_exponent(Vector x) {
  const Vector n = round(x * Vector(1.44269504f));
  // ln 2 in two parts; the product of n and the first is exact.
  const Vector r = fma(n, Vector(-0.693359375f), x);
  return {n, fma(n, Vector(2.12194440e-4f), r)};
}

inline Vector exp(Vector x) {
  x = max(Vector(-104.0f), min(Vector(89.0f), x));
  const auto [n, r] = reduce_exponent(x);
  const Vector p =
      polynomial(r, 0.00138144661f, 0.00836878084f, 0.0416683927f, 0.166665196f, 0.49999994f);
  return scale_by_power(fma(p, r * r, r) + Vector(1.0f), n);
}

/// exp(x) - 1 without cancellation near 0.
inline Vector expm1(Vector x) {
  const Vector clamped = max(Vector(-104.0f), min(Vector(89.0f), x));
  const auto [n, r] = reduce_exponent(clamped);
  const Vector p = polynomial(r, 0.00139465544f, 0.00836664438f, 0.0416662805f, 0.16666542f, 0.5f);
  const Vector q = fma(p, r * r, r);
  // 2^128 is no float: the power is halved and the sum doubled.
  const Vector half = scale_by_power(Vector(0.5f), n);
  const Vector y = fma(half, q, half - Vector(0.5f));
  return y + y;
}

inline Vector log_of_normal(Vector x) {
  Vector e = exponent(x);
  Vector m = significand(x);
  const Mask large = less(Vector(1.41421356f), m);
  e = select(large, e + Vector(1.0f), e);
  m = select(large, m * Vector(0.5f), m);
  const Vector f = m - Vector(1.0f);
  const Vector p =
      polynomial(f, 0.067466408f, -0.116756521f, 0.11888162f, -0.124055892f, 0.142195523f,
                 -0.166679963f, 0.200021192f, -0.250000089f, 0.333333135f);
  const Vector square = f * f;
  Vector y = p * (square * f);
  y = fma(e, Vector(-2.12194440e-4f), y);
  y = fma(square, Vector(-0.5f), y);
  return fma(e, Vector(0.693359375f), f + y);
}

inline Vector log(Vector x) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Vector y = log_of_normal(x);
  y = select(equal(x, Vector(kInfinity)), x, y);
  y = select(equal(x, Vector(0.0f)), Vector(-kInfinity), y);
  const Mask defined = less_equal(Vector(0.0f), x);
  return select(defined, y, Vector(std::numeric_limits<float>::quiet_NaN()));
}

/// log(1 + x) for finite x >= 0, without loss for small x.
inline Vector log1p(Vector x) {
  const Vector u = x + Vector(1.0f);
  return log_of_normal(u) + (x - (u - Vector(1.0f))) / u;
}

inline Vector sigmoid(Vector x) { return Vector(1.0f) / (Vector(1.0f) + exp(-x)); }

inline Vector tanh(Vector x) {
  const Vector t = expm1(Vector(-2.0f) * abs(x));
  return copy_sign(t / (t + Vector(2.0f)), x);
}

inline Vector erf(Vector x) {
  const Vector t = abs(x), s = x * x;
  const Vector small = fma(polynomial(s, -0.000595374149f, 0.00498594064f, -0.02676172f,
                                      0.112816826f, -0.376124799f, 0.128379151f),
                           x, x);
  const Vector u = min(Vector(4.0f), t);
  const Vector q = polynomial(u, -0.000213984968f, 0.0032149558f, -0.0228899643f, 0.10526184f,
                              0.635718286f, 1.12851441f);
  const Vector large = copy_sign(Vector(1.0f) - exp(-(q * u)), x);
  return select(less(t, Vector(0.92f)), small, large);
}

inline Vector gelu_erf(Vector x) {
  const Vector half = x * Vector(0.5f);
  return fma(half, erf(x * Vector(0.707106781f)), half);
}

/// x / (1 + exp(-2 y)) is x / 2 (1 + tanh(y)).
inline Vector gelu_tanh(Vector x) {
  const Vector y = x * fma(x * x, Vector(0.0356774081f), Vector(0.797884561f));
  return x / (Vector(1.0f) + exp(Vector(-2.0f) * y));
}

/// log(1 + exp(x)).
inline Vector softplus(Vector x) { return max(Vector(0.0f), x) + log1p(exp(-abs(x))); }

/// The sine of x + quarter_turns * pi / 2, for |x| <= 8192.
inline Vector sine_shifted(Vector x, float quarter_turns) {
  const Vector n = round(x * Vector(0.636619772f));
  // pi / 2 in three parts, the first two exact in products with n.
  Vector r = fma(n, Vector(-1.5703125f), x);
  r = fma(n, Vector(-4.83751297e-4f), r);
  r = fma(n, Vector(-7.54978995e-8f), r);
  const Vector quadrant = n + Vector(quarter_turns);
  const Vector s = r * r;
  const Vector sine = fma(
      polynomial(s, 2.71823728e-06f, -0.000198393274f, 0.00833332911f, -0.166666672f) * s, r, r);
  const Vector cosine = fma(polynomial(s, 2.44324128e-05f, -0.00138873095f, 0.0416666456f) * s, s,
                            fma(s, Vector(-0.5f), Vector(1.0f)));
  const Vector halves = quadrant * Vector(0.5f);
  const Mask odd = mask_not(equal(halves, floor(halves)));
  const Vector y = select(odd, cosine, sine);
  const Vector quarters = floor(halves) * Vector(0.5f);
  return select(equal(quarters, floor(quarters)), y, -y);
}

inline Vector sin(Vector x) { return sine_shifted(x, 0.0f); }
inline Vector cos(Vector x) { return sine_shifted(x, 1.0f); }

}  // namespace
}  // namespace trtlike::kernels
