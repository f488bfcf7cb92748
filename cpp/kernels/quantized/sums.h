// Vectors of sums of 32 bits: what products of quantized numbers are added up in. Internal linkage:
// one copy an instruction set.
#pragma once

#include <cstring>

#include "kernels/quantized/tiles.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::quantized {
namespace {

/// As many sums of 32 bits as Vector has floats. In vectors of 32-bit numbers, not in
/// __m512i: where both stand for one sum, g++ 12 stores the one in each step. Form::Bytes
/// multiplies unsigned bytes (the first) by signed ones, four a lane, and Form::Words signed words,
/// two a lane.
#if defined(__AVX512F__)
struct Sums {
#if defined(__AVX512VNNI__)
  static constexpr Form kForm = Form::Bytes;
#else
  static constexpr Form kForm = Form::Words;
#endif
  using Register = __v16si;

  static Register zero() { return Register{}; }
  static Register load(const void* p) { return Register(_mm512_loadu_si512(p)); }
  static Register repeat(int32_t step) { return Register(_mm512_set1_epi32(step)); }
  static Register add_products(Register sums, Register a, Register b) {
#if defined(__AVX512VNNI__)
    return Register(_mm512_dpbusd_epi32(__m512i(sums), __m512i(a), __m512i(b)));
#else
    return sums + Register(_mm512_madd_epi16(__m512i(a), __m512i(b)));
#endif
  }
  static Vector to_floats(Register sums, Register offset) {
    return _mm512_cvtepi32_ps(__m512i(sums + offset));
  }
};
#elif defined(__AVX2__)
struct Sums {
#if defined(__AVXVNNI__)
  static constexpr Form kForm = Form::Bytes;
#else
  static constexpr Form kForm = Form::Words;
#endif
  using Register = __v8si;

  static Register zero() { return Register{}; }
  static Register load(const void* p) {
    return Register(_mm256_loadu_si256(static_cast<const __m256i*>(p)));
  }
  static Register repeat(int32_t step) { return Register(_mm256_set1_epi32(step)); }
  static Register add_products(Register sums, Register a, Register b) {
#if defined(__AVXVNNI__)
    return Register(_mm256_dpbusd_avx_epi32(__m256i(sums), __m256i(a), __m256i(b)));
#else
    return sums + Register(_mm256_madd_epi16(__m256i(a), __m256i(b)));
#endif
  }
  static Vector to_floats(Register sums, Register offset) {
    return _mm256_cvtepi32_ps(__m256i(sums + offset));
  }
};
#else
struct Sums {
  static constexpr Form kForm = Form::Words;
  using Register = Vector::Ints;

  static Register zero() { return Register{}; }
  static Register load(const void* p) {
    Register out;
    std::memcpy(&out, p, sizeof out);
    return out;
  }
  static Register repeat(int32_t step) { return Register{step, step, step, step}; }
  /// The two words of a lane.
  static Register low(Register x) { return (x << 16) >> 16; }
  static Register high(Register x) { return x >> 16; }
  static Register add_products(Register sums, Register a, Register b) {
    return sums + low(a) * low(b) + high(a) * high(b);
  }
  static Vector to_floats(Register sums, Register offset) {
    return __builtin_convertvector(sums + offset, Vector::Floats);
  }
};
#endif

}  // namespace
}  // namespace trtlike::kernels::quantized
