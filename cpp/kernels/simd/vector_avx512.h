// Sixteen floats in AVX-512 (F, BW, VL, DQ). Included through kernels/simd/vector.h.
#pragma once

#include <immintrin.h>

#include "core/dtype.h"

namespace trtlike::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 16;
  using Mask = __mmask16;

  __m512 v;

  Vector() = default;
  Vector(__m512 x) : v(x) {}
  explicit Vector(float x) : v(_mm512_set1_ps(x)) {}

  static __mmask16 head(int count) { return static_cast<__mmask16>((1u << count) - 1u); }

  static Vector load(const float* p) { return _mm512_loadu_ps(p); }
  static Vector load(const float* p, int count) { return _mm512_maskz_loadu_ps(head(count), p); }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  void store(float* p, int count) const { _mm512_mask_storeu_ps(p, head(count), v); }

  static Vector from_half(__m256i bits) { return _mm512_cvtph_ps(bits); }
  static Vector from_bfloat16(__m256i bits) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }
  __m256i to_half() const {
    return _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// Rounds to nearest even; NaN stays a quiet NaN.
  __m256i to_bfloat16() const {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded =
        _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
    return _mm512_cvtepi32_epi16(
        _mm512_srli_epi32(_mm512_mask_blend_epi32(nan, rounded, quiet), 16));
  }

  static Vector load(const core::Half* p) {
    return from_half(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static Vector load(const core::Half* p, int count) {
    return from_half(_mm256_maskz_loadu_epi16(head(count), p));
  }
  void store(core::Half* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), to_half()); }
  void store(core::Half* p, int count) const {
    _mm256_mask_storeu_epi16(p, head(count), to_half());
  }
  static Vector load(const core::BFloat16* p) {
    return from_bfloat16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static Vector load(const core::BFloat16* p, int count) {
    return from_bfloat16(_mm256_maskz_loadu_epi16(head(count), p));
  }
  void store(core::BFloat16* p) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), to_bfloat16());
  }
  void store(core::BFloat16* p, int count) const {
    _mm256_mask_storeu_epi16(p, head(count), to_bfloat16());
  }

  /// Truncates and saturates; 0 for NaN.
  __m128i to_bytes(float low, float high) const {
    const __m512 inside =
        _mm512_min_ps(_mm512_max_ps(v, _mm512_set1_ps(low)), _mm512_set1_ps(high));
    const __mmask16 numbers = _mm512_cmp_ps_mask(v, v, _CMP_ORD_Q);
    return _mm512_cvtepi32_epi8(_mm512_maskz_cvttps_epi32(numbers, inside));
  }
  static __m128i load_bytes(const void* p) {
    return _mm_loadu_si128(static_cast<const __m128i*>(p));
  }
  static Vector load(const int8_t* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(load_bytes(p)));
  }
  static Vector load(const int8_t* p, int count) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(head(count), p)));
  }
  void store(int8_t* p) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), to_bytes(-128, 127));
  }
  void store(int8_t* p, int count) const {
    _mm_mask_storeu_epi8(p, head(count), to_bytes(-128, 127));
  }
  static Vector load(const uint8_t* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(load_bytes(p)));
  }
  static Vector load(const uint8_t* p, int count) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(head(count), p)));
  }
  void store(uint8_t* p) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), to_bytes(0, 255));
  }
  void store(uint8_t* p, int count) const {
    _mm_mask_storeu_epi8(p, head(count), to_bytes(0, 255));
  }
};

using Mask = Vector::Mask;

inline Vector operator+(Vector a, Vector b) { return _mm512_add_ps(a.v, b.v); }
inline Vector operator-(Vector a, Vector b) { return _mm512_sub_ps(a.v, b.v); }
inline Vector operator*(Vector a, Vector b) { return _mm512_mul_ps(a.v, b.v); }
inline Vector operator/(Vector a, Vector b) { return _mm512_div_ps(a.v, b.v); }
inline Vector operator-(Vector a) { return _mm512_xor_ps(a.v, _mm512_set1_ps(-0.0f)); }
inline Vector fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a.v, b.v, c.v); }
inline Vector max(Vector a, Vector b) { return _mm512_max_ps(a.v, b.v); }
inline Vector min(Vector a, Vector b) { return _mm512_min_ps(a.v, b.v); }
inline Vector abs(Vector a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v); }
inline Vector sqrt(Vector a) { return _mm512_sqrt_ps(a.v); }
inline Vector floor(Vector a) { return _mm512_roundscale_ps(a.v, 9); }
inline Vector ceil(Vector a) { return _mm512_roundscale_ps(a.v, 10); }
inline Vector trunc(Vector a) { return _mm512_roundscale_ps(a.v, 11); }
inline Vector round(Vector a) { return _mm512_roundscale_ps(a.v, 8); }

inline Mask less(Vector a, Vector b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ); }
inline Mask less_equal(Vector a, Vector b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ); }
inline Mask equal(Vector a, Vector b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ); }
inline Mask is_nan(Vector a) { return _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q); }
inline Mask mask_and(Mask a, Mask b) { return static_cast<Mask>(a & b); }
inline Mask mask_or(Mask a, Mask b) { return static_cast<Mask>(a | b); }
inline Mask mask_not(Mask a) { return static_cast<Mask>(~a); }
inline bool any(Mask a) { return a != 0; }
inline Vector select(Mask mask, Vector a, Vector b) { return _mm512_mask_blend_ps(mask, b.v, a.v); }
inline Vector copy_sign(Vector magnitude, Vector sign) {
  const __m512 bit = _mm512_set1_ps(-0.0f);
  return _mm512_or_ps(_mm512_andnot_ps(bit, magnitude.v), _mm512_and_ps(bit, sign.v));
}

inline Vector scale_by_power(Vector x, Vector n) { return _mm512_scalef_ps(x.v, n.v); }
inline Vector fraction(Vector x) { return _mm512_reduce_ps(x.v, 9); }
inline Vector scale_by_floor(Vector x, Vector t) { return _mm512_scalef_ps(x.v, t.v); }
inline Vector exponent(Vector x) { return _mm512_getexp_ps(x.v); }
inline Vector significand(Vector x) {
  return _mm512_getmant_ps(x.v, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
}

inline float sum(Vector a) { return _mm512_reduce_add_ps(a.v); }
inline float maximum(Vector a) { return _mm512_reduce_max_ps(a.v); }

/// rows[i][j] becomes rows[j][i]. First within quarters of 4 by 4, then the quarters.
inline void transpose(Vector (&rows)[16]) {
  __m512 t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_ps(rows[2 * i].v, rows[2 * i + 1].v);
    t[2 * i + 1] = _mm512_unpackhi_ps(rows[2 * i].v, rows[2 * i + 1].v);
  }
  __m512 q[16];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const auto pairs = [&](int k) { return _mm512_castps_pd(t[4 * i + k]); };
    q[4 * i] = _mm512_castpd_ps(_mm512_unpacklo_pd(pairs(0), pairs(2)));
    q[4 * i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(pairs(0), pairs(2)));
    q[4 * i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(pairs(1), pairs(3)));
    q[4 * i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(pairs(1), pairs(3)));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512 even01 = _mm512_shuffle_f32x4(q[i], q[4 + i], 0x88);
    const __m512 odd01 = _mm512_shuffle_f32x4(q[i], q[4 + i], 0xdd);
    const __m512 even23 = _mm512_shuffle_f32x4(q[8 + i], q[12 + i], 0x88);
    const __m512 odd23 = _mm512_shuffle_f32x4(q[8 + i], q[12 + i], 0xdd);
    rows[i] = _mm512_shuffle_f32x4(even01, even23, 0x88);
    rows[8 + i] = _mm512_shuffle_f32x4(even01, even23, 0xdd);
    rows[4 + i] = _mm512_shuffle_f32x4(odd01, odd23, 0x88);
    rows[12 + i] = _mm512_shuffle_f32x4(odd01, odd23, 0xdd);
  }
}

}  // namespace
}  // namespace trtlike::kernels
