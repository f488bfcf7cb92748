// Bytes as eight floats and back. Included by kernels/simd/vector_avx2.h.
#pragma once

#include <immintrin.h>

#include <cstring>

namespace trtlike::kernels {
namespace {

inline __m128i load_bytes(const void* p, int count) {
  __m128i bits = _mm_setzero_si128();
  std::memcpy(&bits, p, static_cast<size_t>(count));
  return bits;
}
inline __m256 widen_bytes(const int8_t* p, int count) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(load_bytes(p, count)));
}
inline __m256 widen_bytes(const uint8_t* p, int count) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(load_bytes(p, count)));
}

/// Truncates and saturates to 16 bits; 0 for NaN.
inline __m128i to_words(__m256 v, float low, float high) {
  const __m256 inside = _mm256_min_ps(_mm256_max_ps(v, _mm256_set1_ps(low)), _mm256_set1_ps(high));
  const __m256 numbers = _mm256_cmp_ps(v, v, _CMP_ORD_Q);
  const __m256i whole = _mm256_cvttps_epi32(_mm256_and_ps(inside, numbers));
  return _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
}
inline void narrow_to_bytes(__m256 v, int8_t* p, int count) {
  const __m128i words = to_words(v, -128, 127), bytes = _mm_packs_epi16(words, words);
  std::memcpy(p, &bytes, static_cast<size_t>(count));
}
inline void narrow_to_bytes(__m256 v, uint8_t* p, int count) {
  const __m128i words = to_words(v, 0, 255), bytes = _mm_packus_epi16(words, words);
  std::memcpy(p, &bytes, static_cast<size_t>(count));
}

}  // namespace
}  // namespace trtlike::kernels
