// Eight floats in AVX2 with FMA and F16C. Included through kernels/simd/vector.h.
#pragma once

#include <immintrin.h>

#include <cstring>

#include "core/dtype.h"
#include "kernels/simd/bytes_avx2.h"

namespace trtlike::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 8;
  struct Mask {
    __m256 v;
  };

  __m256 v;

  Vector() = default;
  Vector(__m256 x) : v(x) {}
  explicit Vector(float x) : v(_mm256_set1_ps(x)) {}

  static __m256i head(int count) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lanes);
  }

  static Vector load(const float* p) { return _mm256_loadu_ps(p); }
  static Vector load(const float* p, int count) { return _mm256_maskload_ps(p, head(count)); }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
  void store(float* p, int count) const { _mm256_maskstore_ps(p, head(count), v); }

  static Vector from_half(__m128i bits) { return _mm256_cvtph_ps(bits); }
  static Vector from_bfloat16(__m128i bits) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }
  __m128i to_half() const {
    return _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// Rounds to nearest even; NaN stays a quiet NaN.
  __m128i to_bfloat16() const {
    const __m256i bits = _mm256_castps_si256(v);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i rounded =
        _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256i high = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1));
  }

  static __m128i load_bits(const void* p, int count) {
    __m128i bits = _mm_setzero_si128();
    std::memcpy(&bits, p, static_cast<size_t>(count) * 2);
    return bits;
  }
  static Vector load(const core::Half* p) {
    return from_half(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static Vector load(const core::Half* p, int count) { return from_half(load_bits(p, count)); }
  void store(core::Half* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), to_half()); }
  void store(core::Half* p, int count) const {
    const __m128i bits = to_half();
    std::memcpy(static_cast<void*>(p), &bits, static_cast<size_t>(count) * 2);
  }
  static Vector load(const core::BFloat16* p) {
    return from_bfloat16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static Vector load(const core::BFloat16* p, int count) {
    return from_bfloat16(load_bits(p, count));
  }
  void store(core::BFloat16* p) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), to_bfloat16());
  }
  void store(core::BFloat16* p, int count) const {
    const __m128i bits = to_bfloat16();
    std::memcpy(static_cast<void*>(p), &bits, static_cast<size_t>(count) * 2);
  }

  static Vector load(const int8_t* p) { return widen_bytes(p, kLanes); }
  static Vector load(const int8_t* p, int count) { return widen_bytes(p, count); }
  void store(int8_t* p) const { narrow_to_bytes(v, p, kLanes); }
  void store(int8_t* p, int count) const { narrow_to_bytes(v, p, count); }
  static Vector load(const uint8_t* p) { return widen_bytes(p, kLanes); }
  static Vector load(const uint8_t* p, int count) { return widen_bytes(p, count); }
  void store(uint8_t* p) const { narrow_to_bytes(v, p, kLanes); }
  void store(uint8_t* p, int count) const { narrow_to_bytes(v, p, count); }
};

using Mask = Vector::Mask;

inline Vector operator+(Vector a, Vector b) { return _mm256_add_ps(a.v, b.v); }
inline Vector operator-(Vector a, Vector b) { return _mm256_sub_ps(a.v, b.v); }
inline Vector operator*(Vector a, Vector b) { return _mm256_mul_ps(a.v, b.v); }
inline Vector operator/(Vector a, Vector b) { return _mm256_div_ps(a.v, b.v); }
inline Vector operator-(Vector a) { return _mm256_xor_ps(a.v, _mm256_set1_ps(-0.0f)); }
inline Vector fma(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a.v, b.v, c.v); }
inline Vector max(Vector a, Vector b) { return _mm256_max_ps(a.v, b.v); }
inline Vector min(Vector a, Vector b) { return _mm256_min_ps(a.v, b.v); }
inline Vector abs(Vector a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v); }
inline Vector sqrt(Vector a) { return _mm256_sqrt_ps(a.v); }
inline Vector floor(Vector a) { return _mm256_round_ps(a.v, 9); }
inline Vector ceil(Vector a) { return _mm256_round_ps(a.v, 10); }
inline Vector trunc(Vector a) { return _mm256_round_ps(a.v, 11); }
inline Vector round(Vector a) { return _mm256_round_ps(a.v, 8); }

inline Mask less(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
inline Mask less_equal(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)}; }
inline Mask equal(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
inline Mask is_nan(Vector a) { return {_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)}; }
inline Mask mask_and(Mask a, Mask b) { return {_mm256_and_ps(a.v, b.v)}; }
inline Mask mask_or(Mask a, Mask b) { return {_mm256_or_ps(a.v, b.v)}; }
inline Mask mask_not(Mask a) {
  return {_mm256_xor_ps(a.v, _mm256_castsi256_ps(_mm256_set1_epi32(-1)))};
}
inline bool any(Mask a) { return _mm256_movemask_ps(a.v) != 0; }
inline Vector select(Mask mask, Vector a, Vector b) { return _mm256_blendv_ps(b.v, a.v, mask.v); }
inline Vector copy_sign(Vector magnitude, Vector sign) {
  const __m256 bit = _mm256_set1_ps(-0.0f);
  return _mm256_or_ps(_mm256_andnot_ps(bit, magnitude.v), _mm256_and_ps(bit, sign.v));
}

/// Two factors, because 2^n alone is no float at the ends of the range.
inline Vector scale_by_power(Vector x, Vector n) {
  const __m256i whole = _mm256_cvtps_epi32(n.v);
  const __m256i half = _mm256_srai_epi32(whole, 1);
  const __m256i bias = _mm256_set1_epi32(127);
  const auto power = [&](__m256i e) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(e, bias), 23));
  };
  return _mm256_mul_ps(_mm256_mul_ps(x.v, power(half)), power(_mm256_sub_epi32(whole, half)));
}

/// Powers of two of all floats and beyond; NaN stays NaN.
inline Vector clamp_power(Vector t) { return max(Vector(-250.0f), min(Vector(250.0f), t)); }
inline Vector fraction(Vector x) { return clamp_power(x) - floor(clamp_power(x)); }
inline Vector scale_by_floor(Vector x, Vector t) {
  return scale_by_power(x, floor(clamp_power(t)));
}

/// Subnormal numbers are brought into the normal range first.
inline Vector normalized(Vector x, Mask subnormal) {
  return select(subnormal, x * Vector(0x1p23f), x);
}
inline Vector exponent(Vector x) {
  const Mask subnormal = less(x, Vector(0x1p-126f));
  const __m256i bits = _mm256_castps_si256(normalized(x, subnormal).v);
  const __m256i e = _mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(127));
  return Vector(_mm256_cvtepi32_ps(e)) - select(subnormal, Vector(23.0f), Vector(0.0f));
}
inline Vector significand(Vector x) {
  const __m256i bits = _mm256_castps_si256(normalized(x, less(x, Vector(0x1p-126f))).v);
  return _mm256_castsi256_ps(_mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x7fffff)),
                                             _mm256_set1_epi32(0x3f800000)));
}

inline float sum(Vector a) {
  __m128 x = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_shuffle_ps(x, x, 1)));
}
inline float maximum(Vector a) {
  __m128 x = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  x = _mm_max_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_max_ss(x, _mm_shuffle_ps(x, x, 1)));
}

/// rows[i][j] becomes rows[j][i]. First within quarters of 4 by 4, then the quarters.
inline void transpose(Vector (&rows)[8]) {
  __m256 t[8];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    t[2 * i] = _mm256_unpacklo_ps(rows[2 * i].v, rows[2 * i + 1].v);
    t[2 * i + 1] = _mm256_unpackhi_ps(rows[2 * i].v, rows[2 * i + 1].v);
  }
  __m256 q[8];
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    q[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
    q[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xee);
    q[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
    q[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    rows[i] = _mm256_permute2f128_ps(q[i], q[4 + i], 0x20);
    rows[4 + i] = _mm256_permute2f128_ps(q[i], q[4 + i], 0x31);
  }
}

}  // namespace
}  // namespace trtlike::kernels
