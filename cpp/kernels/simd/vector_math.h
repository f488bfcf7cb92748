// Elementary functions on Vector, or on another type with its interface. Maximum errors in units in
// the last place of the exact result, as the tests check them against double precision over the
// whole range of floats (where the exact result is a normal number):
//   exp 1, log 1, log1p 1.5, expm1 2, erf 1.5, sigmoid 2.5, tanh 3; softplus 2
//   sin, cos (|x| <= 8192): 1e-7 absolute
//   gelu_erf 1e-7, gelu_tanh and silu 1.2e-7, mish 1.5e-7 of max(1, |x|)
// Infinities and NaN give what the mathematics gives. Like Vector, all of it has internal linkage.
#pragma once

#include <limits>

#include "kernels/simd/vector.h"

namespace trtlike::kernels {
namespace {

/// c0 + c1 x + c2 x^2 + ..., coefficients from the highest to the lowest.
template <typename V, typename... Coefficients>
V polynomial(V x, float highest, Coefficients... lower) {
  V sum(highest);
  ((sum = fma(sum, x, V(lower))), ...);
  return sum;
}

/// x = n ln 2 + r with |r| <= ln(2) / 2.
template <typename V>
struct ReducedExponent {
  V n;
  V r;
};
template <typename V>
ReducedExponent<V> reduce_exponent(V x) {
  const V n = round(x * V(1.44269504f));
  // ln 2 in two parts; the product of n and the first is exact.
  const V r = fma(n, V(-0.693359375f), x);
  return {n, fma(n, V(2.12194440e-4f), r)};
}

template <typename V>
V exp(V x) {
  x = max(V(-104.0f), min(V(89.0f), x));
  const auto [n, r] = reduce_exponent(x);
  const V p =
      polynomial(r, 0.00138144661f, 0.00836878084f, 0.0416683927f, 0.166665196f, 0.49999994f);
  return scale_by_power(fma(p, r * r, r) + V(1.0f), n);
}

/// 2^t within 1e-7 of itself.
template <typename V>
V exp2_roughly(V t) {
  const V p = polynomial(fraction(t), 0.00187757669f, 0.00898933969f, 0.0558263175f, 0.240153611f,
                         0.693153083f, 0.99999994f);
  return scale_by_floor(p, t);
}

/// exp(x) - 1 without cancellation near 0.
template <typename V>
V expm1(V x) {
  const V clamped = max(V(-104.0f), min(V(89.0f), x));
  const auto [n, r] = reduce_exponent(clamped);
  const V p = polynomial(r, 0.00139465544f, 0.00836664438f, 0.0416662805f, 0.16666542f, 0.5f);
  const V q = fma(p, r * r, r);
  // 2^128 is no float: the power is halved and the sum doubled.
  const V half = scale_by_power(V(0.5f), n);
  const V y = fma(half, q, half - V(0.5f));
  return y + y;
}

template <typename V>
V log_of_normal(V x) {
  V e = exponent(x);
  V m = significand(x);
  const auto large = less(V(1.41421356f), m);
  e = select(large, e + V(1.0f), e);
  m = select(large, m * V(0.5f), m);
  const V f = m - V(1.0f);
  const V p = polynomial(f, 0.067466408f, -0.116756521f, 0.11888162f, -0.124055892f, 0.142195523f,
                         -0.166679963f, 0.200021192f, -0.250000089f, 0.333333135f);
  const V square = f * f;
  V y = p * (square * f);
  y = fma(e, V(-2.12194440e-4f), y);
  y = fma(square, V(-0.5f), y);
  return fma(e, V(0.693359375f), f + y);
}

template <typename V>
V log(V x) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  V y = log_of_normal(x);
  y = select(equal(x, V(kInfinity)), x, y);
  y = select(equal(x, V(0.0f)), V(-kInfinity), y);
  const auto defined = less_equal(V(0.0f), x);
  return select(defined, y, V(std::numeric_limits<float>::quiet_NaN()));
}

/// log(1 + x) for finite x >= 0, without loss for small x.
template <typename V>
V log1p(V x) {
  const V u = x + V(1.0f);
  return log_of_normal(u) + (x - (u - V(1.0f))) / u;
}

template <typename V>
V sigmoid(V x) {
  return V(1.0f) / (V(1.0f) + exp(-x));
}

/// x sigmoid(x). The error of the exponential's argument grows with |x| no faster than its share of
/// the result falls.
template <typename V>
V silu(V x) {
  return x / (V(1.0f) + exp2_roughly(x * V(-1.44269504f)));
}

/// x tanh(log(1 + e)), e = exp(x): with n = e (e + 2) it is x n / (n + 2), and x from 30 on.
template <typename V>
V mish(V x) {
  const V e = exp(min(V(30.0f), x));
  const V n = e * (e + V(2.0f));
  return x * (n / (n + V(2.0f)));
}

template <typename V>
V tanh(V x) {
  const V t = expm1(V(-2.0f) * abs(x));
  return copy_sign(t / (t + V(2.0f)), x);
}

template <typename V>
V erf(V x) {
  const V t = abs(x), s = x * x;
  const V small = fma(polynomial(s, -0.000595374149f, 0.00498594064f, -0.02676172f, 0.112816826f,
                                 -0.376124799f, 0.128379151f),
                      x, x);
  const V u = min(V(4.0f), t);
  const V q = polynomial(u, -0.000213984968f, 0.0032149558f, -0.0228899643f, 0.10526184f,
                         0.635718286f, 1.12851441f);
  const V large = copy_sign(V(1.0f) - exp(-(q * u)), x);
  return select(less(t, V(0.92f)), small, large);
}

/// max(0, x) - |x| Q(|x|): the logarithm of the normal distribution's tail Q is smooth enough for
/// one polynomial, and where the tail is large x is small.
template <typename V>
V gelu_erf(V x) {
  // |x|, except that infinity times a tail of nothing is left to the negative side.
  const V t = max(-x, min(V(10.0f), x));
  const V tail = exp2_roughly(polynomial(t, -2.345731445529964e-06f, 3.343371645314619e-05f,
                                         -0.00015740802336949855f, -0.00020816316828131676f,
                                         0.007159591186791658f, -0.052565813064575195f,
                                         -0.4591837525367737f, -1.1511082649230957f, -1.0f));
  return max(V(0.0f), x) - t * tail;
}

/// x / (1 + exp(-2 y)) is x / 2 (1 + tanh(y)).
template <typename V>
V gelu_tanh(V x) {
  const V y = x * fma(x * x, V(0.0356774081f), V(0.797884561f));
  return x / (V(1.0f) + exp(V(-2.0f) * y));
}

/// log(1 + exp(x)).
template <typename V>
V softplus(V x) {
  return max(V(0.0f), x) + log1p(exp(-abs(x)));
}

/// The sine of x + quarter_turns * pi / 2, for |x| <= 8192.
template <typename V>
V sine_shifted(V x, float quarter_turns) {
  const V n = round(x * V(0.636619772f));
  // pi / 2 in three parts, the first two exact in products with n.
  V r = fma(n, V(-1.5703125f), x);
  r = fma(n, V(-4.83751297e-4f), r);
  r = fma(n, V(-7.54978995e-8f), r);
  const V quadrant = n + V(quarter_turns);
  const V s = r * r;
  const V sine = fma(
      polynomial(s, 2.71823728e-06f, -0.000198393274f, 0.00833332911f, -0.166666672f) * s, r, r);
  const V cosine = fma(polynomial(s, 2.44324128e-05f, -0.00138873095f, 0.0416666456f) * s, s,
                       fma(s, V(-0.5f), V(1.0f)));
  const V halves = quadrant * V(0.5f);
  const auto odd = mask_not(equal(halves, floor(halves)));
  const V y = select(odd, cosine, sine);
  const V quarters = floor(halves) * V(0.5f);
  return select(equal(quarters, floor(quarters)), y, -y);
}

template <typename V>
V sin(V x) {
  return sine_shifted(x, 0.0f);
}
template <typename V>
V cos(V x) {
  return sine_shifted(x, 1.0f);
}

}  // namespace
}  // namespace trtlike::kernels
