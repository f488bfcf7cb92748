// The loop of local response normalization, written once against Vector and compiled for each
// instruction set.
#pragma once

#include <math.h>

#include <limits>

#include "kernels/lrn/lrn.h"
#include "kernels/simd/vector_math.h"

namespace trtlike::kernels::lrn {
namespace {

/// x^beta for x > 0.
inline Vector power(Vector x, float beta) {
  if (beta == 0.5f) return sqrt(x);
  if (beta == 0.75f) return sqrt(x) * sqrt(sqrt(x));
  if (beta == 1.0f) return x;
  return exp(Vector(beta) * log(x));
}

template <typename T>
Vector load_part(const T* p, int lanes) {
  return lanes == Vector::kLanes ? Vector::load(p) : Vector::load(p, lanes);
}

/// One vector of columns at channels [first, last] of a window around `at`, in FP64.
template <typename T>
Vector normalize_exactly(const Columns& given, const T* at, int64_t first, int64_t last,
                         int lanes) {
  double sums[Vector::kLanes] = {};
  float x[Vector::kLanes];
  for (int64_t j = first; j <= last; ++j) {
    load_part(at + j * given.pitch, lanes).store(x);
    for (int lane = 0; lane < lanes; ++lane)
      sums[lane] += static_cast<double>(x[lane]) * static_cast<double>(x[lane]);
  }
  load_part(at, lanes).store(x);
  for (int lane = 0; lane < lanes; ++lane)
    x[lane] = static_cast<float>(
        static_cast<double>(x[lane]) /
        ::pow(static_cast<double>(given.k) + static_cast<double>(given.scale) * sums[lane],
              static_cast<double>(given.beta)));
  return Vector::load(x);
}

template <typename T>
void normalize_vector(const Columns& given, int64_t column, int lanes) {
  const T* in = static_cast<const T*>(given.in) + column;
  T* out = static_cast<T*>(given.out) + column;
  for (int64_t c = 0; c < given.channels; ++c) {
    const T* at = in + c * given.pitch;
    const int64_t first = c < given.before ? -c : -given.before;
    const int64_t left = given.channels - 1 - c, last = left < given.after ? left : given.after;
    Vector sum(0.0f);
    for (int64_t j = first; j <= last; ++j) {
      const Vector x = load_part(at + j * given.pitch, lanes);
      sum = fma(x, x, sum);
    }
    const Vector base = fma(Vector(given.scale), sum, Vector(given.k));
    const Mask is_finite = less(base, Vector(std::numeric_limits<float>::infinity()));
    const Vector result = any(mask_not(is_finite))
                              ? normalize_exactly(given, at, first, last, lanes)
                              : load_part(at, lanes) / power(base, given.beta);
    T* to = out + c * given.pitch;
    lanes == Vector::kLanes ? result.store(to) : result.store(to, lanes);
  }
}

template <typename T>
void normalize(const Columns& given) {
  for (int64_t column = 0; column < given.columns; column += Vector::kLanes) {
    const int64_t left = given.columns - column;
    normalize_vector<T>(given, column,
                        static_cast<int>(left < Vector::kLanes ? left : Vector::kLanes));
  }
}

constexpr Loops make_loops() {
  return {{normalize<float>, normalize<core::Half>, normalize<core::BFloat16>}};
}

}  // namespace
}  // namespace trtlike::kernels::lrn
