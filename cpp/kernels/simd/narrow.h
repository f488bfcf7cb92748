// Stores of vectors in narrower types. Where the machine rounds to bfloat16 in one instruction that
// is used; it makes 0 of subnormal numbers, as its products of bfloat16 do.
#pragma once

#include "kernels/simd/vector.h"

namespace trtlike::kernels {
namespace {

template <typename T>
inline void store_as(Vector v, T* p) {
  v.store(p);
}
template <typename T>
inline void store_as(Vector v, T* p, int count) {
  v.store(p, count);
}

#if defined(__AVX512F__)
inline __m256i round_to_bfloat16(Vector v) {
#if defined(__AVX512BF16__)
  return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v.v));
#else
  return v.to_bfloat16();
#endif
}
inline void store_as(Vector v, core::BFloat16* p) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), round_to_bfloat16(v));
}
inline void store_as(Vector v, core::BFloat16* p, int count) {
  _mm256_mask_storeu_epi16(p, Vector::head(count), round_to_bfloat16(v));
}
#endif

}  // namespace
}  // namespace trtlike::kernels
