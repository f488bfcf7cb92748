// Columns of neighbouring rows of bytes, side by side in the lanes of channels: kStepRows rows,
// kBlockChannels channels, in the form of Sums. Internal linkage: one copy an instruction set.
#pragma once

#include <cstring>

#include "kernels/quantized/depthwise.h"
#include "kernels/quantized/sums.h"

namespace trtlike::kernels::quantized {
namespace {

#if defined(__AVX512VNNI__)

constexpr int kStepRows = 4, kBlockChannels = 64;

/// Quarters of the rows by channels, then the bytes of each; kGroups quarters have channels.
template <int kGroups>
inline void interleave_block(const __m512i (&x)[4], std::byte* to, int64_t group_bytes) {
  const __m512i order = _mm512_set_epi8(
      63, 47, 31, 15, 62, 46, 30, 14, 61, 45, 29, 13, 60, 44, 28, 12, 59, 43, 27, 11, 58, 42, 26,
      10, 57, 41, 25, 9, 56, 40, 24, 8, 55, 39, 23, 7, 54, 38, 22, 6, 53, 37, 21, 5, 52, 36, 20, 4,
      51, 35, 19, 3, 50, 34, 18, 2, 49, 33, 17, 1, 48, 32, 16, 0);
  const __m512i a = _mm512_shuffle_i32x4(x[0], x[1], 0x44);
  const __m512i b = _mm512_shuffle_i32x4(x[2], x[3], 0x44);
  const __m512i c = _mm512_shuffle_i32x4(x[0], x[1], 0xee);
  const __m512i d = _mm512_shuffle_i32x4(x[2], x[3], 0xee);
  const __m512i groups[4] = {_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xdd),
                             _mm512_shuffle_i32x4(c, d, 0x88), _mm512_shuffle_i32x4(c, d, 0xdd)};
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g)
    _mm512_store_si512(to + g * group_bytes, _mm512_permutexvar_epi8(order, groups[g]));
}

struct FourRows {
  const std::byte* const* rows;
  const int64_t* pitches;
  int count;
};

template <int kGroups, bool kFull>
inline void interleave_groups(const InterleaveArgs& args, const FourRows& from, std::byte* to) {
  const std::byte* at[4] = {from.rows[0], from.rows[1], from.rows[2], from.rows[3]};
  const __m512i sign = _mm512_set1_epi8(args.is_signed ? -128 : 0);
  const __mmask64 mask = kFull ? ~__mmask64{0} : (__mmask64{1} << args.channels) - 1;
  for (int i = 0; i < from.count; ++i, to += 64) {
    __m512i x[4];
#pragma GCC unroll 4
    for (int r = 0; r < 4; ++r) {
      x[r] = kFull ? _mm512_loadu_si512(at[r]) : _mm512_maskz_loadu_epi8(mask, at[r]);
      x[r] = _mm512_xor_si512(x[r], sign);
      at[r] += from.pitches[r];
    }
    interleave_block<kGroups>(x, to, args.group_bytes);
  }
}

inline void interleave_columns(const InterleaveArgs& args, const std::byte* const* rows,
                               const int64_t* pitches, int count, std::byte* to) {
  const FourRows from{rows, pitches, count};
  if (args.channels == 64) return interleave_groups<4, true>(args, from, to);
  if (args.channels > 32) return interleave_groups<4, false>(args, from, to);
  if (args.channels > 16) return interleave_groups<2, false>(args, from, to);
  interleave_groups<1, false>(args, from, to);
}

#elif defined(__AVXVNNI__)

constexpr int kStepRows = 4, kBlockChannels = 16;

inline void interleave_columns(const InterleaveArgs& args, const std::byte* const* rows,
                               const int64_t* pitches, int count, std::byte* to) {
  const std::byte* at[4] = {rows[0], rows[1], rows[2], rows[3]};
  const __m128i sign = _mm_set1_epi8(args.is_signed ? -128 : 0);
  const auto store = [](std::byte* p, __m128i first, __m128i second) {
    _mm_store_si128(reinterpret_cast<__m128i*>(p), first);
    _mm_store_si128(reinterpret_cast<__m128i*>(p) + 1, second);
  };
  for (int i = 0; i < count; ++i, to += 32) {
    __m128i x[4];
#pragma GCC unroll 4
    for (int r = 0; r < 4; ++r) {
      x[r] = args.channels == kBlockChannels
                 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(at[r]))
                 : load_bytes(at[r], args.channels);
      x[r] = _mm_xor_si128(x[r], sign);
      at[r] += pitches[r];
    }
    const __m128i a = _mm_unpacklo_epi8(x[0], x[1]), b = _mm_unpacklo_epi8(x[2], x[3]);
    const __m128i c = _mm_unpackhi_epi8(x[0], x[1]), d = _mm_unpackhi_epi8(x[2], x[3]);
    store(to, _mm_unpacklo_epi16(a, b), _mm_unpackhi_epi16(a, b));
    store(to + args.group_bytes, _mm_unpacklo_epi16(c, d), _mm_unpackhi_epi16(c, d));
  }
}

#elif defined(__AVX2__)

constexpr int kStepRows = 2, kBlockChannels = 16;

inline void interleave_columns(const InterleaveArgs& args, const std::byte* const* rows,
                               const int64_t* pitches, int count, std::byte* to) {
  const std::byte* at[2] = {rows[0], rows[1]};
  const __m256i zero = _mm256_set1_epi16(static_cast<int16_t>(args.zero_point));
  for (int i = 0; i < count; ++i, to += 32) {
    __m256i x[2];
#pragma GCC unroll 2
    for (int r = 0; r < 2; ++r) {
      const __m128i bytes = args.channels == kBlockChannels
                                ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(at[r]))
                                : load_bytes(at[r], args.channels);
      x[r] = _mm256_sub_epi16(
          args.is_signed ? _mm256_cvtepi8_epi16(bytes) : _mm256_cvtepu8_epi16(bytes), zero);
      at[r] += pitches[r];
    }
    const __m256i low = _mm256_unpacklo_epi16(x[0], x[1]);
    const __m256i high = _mm256_unpackhi_epi16(x[0], x[1]);
    _mm256_store_si256(reinterpret_cast<__m256i*>(to), _mm256_permute2x128_si256(low, high, 0x20));
    _mm256_store_si256(reinterpret_cast<__m256i*>(to + args.group_bytes),
                       _mm256_permute2x128_si256(low, high, 0x31));
  }
}

#else

constexpr int kStepRows = 2, kBlockChannels = Vector::kLanes;

inline void interleave_columns(const InterleaveArgs& args, const std::byte* const* rows,
                               const int64_t* pitches, int count, std::byte* to) {
  for (int i = 0; i < count; ++i) {
    for (int c = 0; c < kBlockChannels; ++c)
      for (int r = 0; r < kStepRows; ++r, to += sizeof(int16_t)) {
        const auto byte =
            c < args.channels ? static_cast<uint8_t>(rows[r][i * pitches[r] + c]) : uint8_t{0};
        const int number = args.is_signed ? static_cast<int8_t>(byte) : int{byte};
        const auto word = static_cast<int16_t>(number - args.zero_point);
        std::memcpy(to, &word, sizeof word);
      }
  }
}

#endif

}  // namespace
}  // namespace trtlike::kernels::quantized
