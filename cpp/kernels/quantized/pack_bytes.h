// Four vectors of results as bytes: rounded, half to even, and
// saturated. Results are far from the limits of 32 bits. Internal linkage: one copy an instruction
// set.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/quantized/depthwise.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::quantized {
namespace {

/// store<i>(bytes, to) stores vector i.
#if defined(__AVX512F__)

struct BytePacker {
  using Bytes = __m512i;  ///< a quarter a vector
  __m512i zero, low, high, flip;

  explicit BytePacker(const ByteResults& how)
      : zero(_mm512_set1_epi16(how.zero)),
        low(_mm512_set1_epi8(how.low)),
        high(_mm512_set1_epi8(how.high)),
        flip(_mm512_set1_epi8(static_cast<char>(how.flip))) {}

  __m512i words(Vector a, Vector b) const {
    return _mm512_adds_epi16(_mm512_packs_epi32(_mm512_cvtps_epi32(a.v), _mm512_cvtps_epi32(b.v)),
                             zero);
  }
  Bytes pack(Vector a, Vector b, Vector c, Vector d) const {
    const __m512i limited =
        _mm512_min_epi8(_mm512_max_epi8(_mm512_packs_epi16(words(a, b), words(c, d)), low), high);
    const __m512i bytes = _mm512_xor_si512(limited, flip);
    const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    return _mm512_permutexvar_epi32(order, bytes);
  }

  template <int kVector>
  static void store(Bytes bytes, std::byte* to) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_extracti32x4_epi32(bytes, kVector));
  }
};

#elif defined(__AVX2__)

struct BytePacker {
  using Bytes = __m256i;  ///< a quarter a vector
  __m256i zero, low, high, flip;

  explicit BytePacker(const ByteResults& how)
      : zero(_mm256_set1_epi16(how.zero)),
        low(_mm256_set1_epi8(how.low)),
        high(_mm256_set1_epi8(how.high)),
        flip(_mm256_set1_epi8(static_cast<char>(how.flip))) {}

  __m256i words(Vector a, Vector b) const {
    return _mm256_adds_epi16(_mm256_packs_epi32(_mm256_cvtps_epi32(a.v), _mm256_cvtps_epi32(b.v)),
                             zero);
  }
  Bytes pack(Vector a, Vector b, Vector c, Vector d) const {
    const __m256i limited =
        _mm256_min_epi8(_mm256_max_epi8(_mm256_packs_epi16(words(a, b), words(c, d)), low), high);
    const __m256i bytes = _mm256_xor_si256(limited, flip);
    const __m256i order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0);
    return _mm256_permutevar8x32_epi32(bytes, order);
  }

  template <int kVector>
  static void store(Bytes bytes, std::byte* to) {
    const long long lanes = _mm256_extract_epi64(bytes, kVector);
    std::memcpy(to, &lanes, sizeof lanes);
  }
};

#else

struct BytePacker {
  struct Bytes {
    std::byte vectors[4][Vector::kLanes];
  };
  ByteResults how;

  explicit BytePacker(const ByteResults& results) : how(results) {}

  Bytes pack(Vector a, Vector b, Vector c, Vector d) const {
    const Vector x[] = {a, b, c, d};
    Bytes out;
    for (int i = 0; i < 4; ++i) {
      float lanes[Vector::kLanes];
      round(x[i]).store(lanes);
      for (int j = 0; j < Vector::kLanes; ++j) {
        const float limited = std::clamp<float>(lanes[j] + how.zero, how.low, how.high);
        out.vectors[i][j] =
            static_cast<std::byte>(static_cast<int8_t>(limited)) ^ std::byte{how.flip};
      }
    }
    return out;
  }

  template <int kVector>
  static void store(const Bytes& bytes, std::byte* to) {
    std::memcpy(to, bytes.vectors[kVector], sizeof bytes.vectors[kVector]);
  }
};

#endif

}  // namespace
}  // namespace trtlike::kernels::quantized
