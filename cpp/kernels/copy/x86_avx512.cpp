// Inner loops in AVX-512: transposes of blocks in registers, edges by masks.
#include <immintrin.h>

#include <cstring>

#include "kernels/copy/copy.h"

namespace trtlike::kernels::copy {
namespace {

inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

template <typename Mask>
inline Mask head(int64_t count) {
  return static_cast<Mask>((uint64_t{1} << count) - 1);
}

/// Sixteen rows of sixteen 4-byte elements.
void transpose_block_4(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
                       int64_t columns) {
  const auto column_mask = head<__mmask16>(columns), row_mask = head<__mmask16>(rows);
  __m512i a[16], b[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    a[i] = i < rows ? _mm512_maskz_loadu_epi32(column_mask, in + i * in_pitch)
                    : _mm512_setzero_si512();
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    b[2 * i] = _mm512_unpacklo_epi32(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm512_unpackhi_epi32(a[2 * i], a[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    a[4 * i] = _mm512_unpacklo_epi64(b[4 * i], b[4 * i + 2]);
    a[4 * i + 1] = _mm512_unpackhi_epi64(b[4 * i], b[4 * i + 2]);
    a[4 * i + 2] = _mm512_unpacklo_epi64(b[4 * i + 1], b[4 * i + 3]);
    a[4 * i + 3] = _mm512_unpackhi_epi64(b[4 * i + 1], b[4 * i + 3]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    b[i] = _mm512_shuffle_i32x4(a[i], a[4 + i], 0x88);
    b[4 + i] = _mm512_shuffle_i32x4(a[i], a[4 + i], 0xdd);
    b[8 + i] = _mm512_shuffle_i32x4(a[8 + i], a[12 + i], 0x88);
    b[12 + i] = _mm512_shuffle_i32x4(a[8 + i], a[12 + i], 0xdd);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    a[i] = _mm512_shuffle_i32x4(b[i], b[8 + i], 0x88);
    a[8 + i] = _mm512_shuffle_i32x4(b[i], b[8 + i], 0xdd);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    if (i < columns) _mm512_mask_storeu_epi32(out + i * out_pitch, row_mask, a[i]);
}

/// Eight rows of eight 8-byte elements.
void transpose_block_8(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
                       int64_t columns) {
  const auto column_mask = head<__mmask8>(columns), row_mask = head<__mmask8>(rows);
  __m512i a[8], b[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i)
    a[i] = i < rows ? _mm512_maskz_loadu_epi64(column_mask, in + i * in_pitch)
                    : _mm512_setzero_si512();
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    b[2 * i] = _mm512_unpacklo_epi64(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm512_unpackhi_epi64(a[2 * i], a[2 * i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    a[i] = _mm512_shuffle_i64x2(b[i], b[2 + i], 0x88);
    a[2 + i] = _mm512_shuffle_i64x2(b[i], b[2 + i], 0xdd);
    a[4 + i] = _mm512_shuffle_i64x2(b[4 + i], b[6 + i], 0x88);
    a[6 + i] = _mm512_shuffle_i64x2(b[4 + i], b[6 + i], 0xdd);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    b[i] = _mm512_shuffle_i64x2(a[i], a[4 + i], 0x88);
    b[4 + i] = _mm512_shuffle_i64x2(a[i], a[4 + i], 0xdd);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i)
    if (i < columns) _mm512_mask_storeu_epi64(out + i * out_pitch, row_mask, b[i]);
}

/// Sixteen rows of sixteen 2-byte elements.
void transpose_block_2(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
                       int64_t columns) {
  const auto column_mask = head<__mmask16>(columns), row_mask = head<__mmask16>(rows);
  __m256i a[16], b[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    a[i] = i < rows ? _mm256_maskz_loadu_epi16(column_mask, in + i * in_pitch)
                    : _mm256_setzero_si256();
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    b[2 * i] = _mm256_unpacklo_epi16(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm256_unpackhi_epi16(a[2 * i], a[2 * i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    a[4 * i] = _mm256_unpacklo_epi32(b[4 * i], b[4 * i + 2]);
    a[4 * i + 1] = _mm256_unpackhi_epi32(b[4 * i], b[4 * i + 2]);
    a[4 * i + 2] = _mm256_unpacklo_epi32(b[4 * i + 1], b[4 * i + 3]);
    a[4 * i + 3] = _mm256_unpackhi_epi32(b[4 * i + 1], b[4 * i + 3]);
  }
  // Row 2i + j of group g: columns 2i + j and 8 + 2i + j of input rows 8g to 8g + 7.
#pragma GCC unroll 2
  for (int g = 0; g < 2; ++g) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      b[8 * g + 2 * i] = _mm256_unpacklo_epi64(a[8 * g + i], a[8 * g + 4 + i]);
      b[8 * g + 2 * i + 1] = _mm256_unpackhi_epi64(a[8 * g + i], a[8 * g + 4 + i]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    a[i] = _mm256_permute2x128_si256(b[i], b[8 + i], 0x20);
    a[8 + i] = _mm256_permute2x128_si256(b[i], b[8 + i], 0x31);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    if (i < columns) _mm256_mask_storeu_epi16(out + i * out_pitch, row_mask, a[i]);
}

/// Sixteen rows of sixteen bytes.
void transpose_block_1(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
                       int64_t columns) {
  const auto column_mask = head<__mmask16>(columns), row_mask = head<__mmask16>(rows);
  __m128i a[16], b[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    a[i] = i < rows ? _mm_maskz_loadu_epi8(column_mask, in + i * in_pitch) : _mm_setzero_si128();
    // Four rounds of interleaving row i with row i + 8 move every element to its place.
#pragma GCC unroll 4
  for (int round = 0; round < 4; ++round) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      b[2 * i] = _mm_unpacklo_epi8(a[i], a[8 + i]);
      b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[8 + i]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) a[i] = b[i];
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    if (i < columns) _mm_mask_storeu_epi8(out + i * out_pitch, row_mask, a[i]);
}

template <int kBytes, int kBlock, InnerLoops::Transpose kTransposeBlock>
void transpose(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
               int64_t columns) {
  for (int64_t c = 0; c < columns; c += kBlock)
    for (int64_t r = 0; r < rows; r += kBlock)
      kTransposeBlock(in + r * in_pitch + c * kBytes, in_pitch, out + c * out_pitch + r * kBytes,
                      out_pitch, least(kBlock, rows - r), least(kBlock, columns - c));
}

void copy_rows(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
               int64_t bytes) {
  if (bytes > 2048) {
    for (int64_t r = 0; r < rows; ++r)
      std::memcpy(out + r * out_pitch, in + r * in_pitch, static_cast<size_t>(bytes));
    return;
  }
  const int64_t whole = bytes / 64 * 64;
  const auto rest = head<__mmask64>(bytes - whole);
  for (int64_t r = 0; r < rows; ++r) {
    const char* from = in + r * in_pitch;
    char* to = out + r * out_pitch;
    for (int64_t i = 0; i < whole; i += 64)
      _mm512_storeu_si512(to + i, _mm512_loadu_si512(from + i));
    if (rest != 0)
      _mm512_mask_storeu_epi8(to + whole, rest, _mm512_maskz_loadu_epi8(rest, from + whole));
  }
}

}  // namespace

constinit const InnerLoops kAvx512{
    {transpose<1, 16, transpose_block_1>, transpose<2, 16, transpose_block_2>,
     transpose<4, 16, transpose_block_4>, transpose<8, 8, transpose_block_8>},
    copy_rows};

}  // namespace trtlike::kernels::copy
