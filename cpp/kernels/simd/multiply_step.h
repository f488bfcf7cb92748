// What register tiles multiply in a step: kDepth neighbours of A, the same for all lanes, by as
// many of B in each lane. A specialization for each kind of instruction; internal linkage like
// Vector.
#pragma once

#include <cstring>

#include "kernels/element_traits.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels {
namespace {

/// Floats by elements that widen to floats.
template <typename A, typename B, typename Sum>
struct MultiplyStep {
  static_assert(std::is_same_v<A, float> && std::is_same_v<Sum, float>);
  using Factor = Vector;
  using Sums = Vector;
  static Factor load(const B* p) { return Vector::load(p); }
  static Factor repeat(const A* p) { return Vector(*p); }
  static Sums multiply_add(Factor a, Factor b, Sums sum) { return fma(a, b, sum); }
};

#if defined(__AVX512BF16__)
template <>
struct MultiplyStep<core::BFloat16, core::BFloat16, float> {
  using Factor = __m512bh;
  using Sums = Vector;
  static Factor load(const core::BFloat16* p) {
    return reinterpret_cast<Factor>(_mm512_loadu_ps(p));
  }
  static Factor repeat(const core::BFloat16* p) {
    float pair;
    std::memcpy(&pair, p, sizeof(pair));
    return reinterpret_cast<Factor>(_mm512_set1_ps(pair));
  }
  static Sums multiply_add(Factor a, Factor b, Sums sum) { return _mm512_dpbf16_ps(sum.v, b, a); }
};
#endif

template <typename Types>
using StepOf = MultiplyStep<typename Types::A, typename Types::B, typename Types::Sum>;

}  // namespace
}  // namespace trtlike::kernels
