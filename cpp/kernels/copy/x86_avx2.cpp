// Inner loops in AVX2: transposes of blocks in registers, edges element by element.
#include <immintrin.h>

#include <cstring>

#include "kernels/copy/copy.h"

namespace trtlike::kernels::copy {
namespace {

/// Eight rows of eight 4-byte elements.
void transpose_block_4(const char* in, int64_t in_pitch, char* out, int64_t out_pitch) {
  __m256 a[8], b[8];
  for (int i = 0; i < 8; ++i)
    a[i] = _mm256_loadu_ps(reinterpret_cast<const float*>(in + i * in_pitch));
  for (int i = 0; i < 4; ++i) {
    b[2 * i] = _mm256_unpacklo_ps(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm256_unpackhi_ps(a[2 * i], a[2 * i + 1]);
  }
  for (int i = 0; i < 2; ++i) {
    a[4 * i] = _mm256_shuffle_ps(b[4 * i], b[4 * i + 2], 0x44);
    a[4 * i + 1] = _mm256_shuffle_ps(b[4 * i], b[4 * i + 2], 0xee);
    a[4 * i + 2] = _mm256_shuffle_ps(b[4 * i + 1], b[4 * i + 3], 0x44);
    a[4 * i + 3] = _mm256_shuffle_ps(b[4 * i + 1], b[4 * i + 3], 0xee);
  }
  for (int i = 0; i < 4; ++i) {
    b[i] = _mm256_permute2f128_ps(a[i], a[4 + i], 0x20);
    b[4 + i] = _mm256_permute2f128_ps(a[i], a[4 + i], 0x31);
  }
  for (int i = 0; i < 8; ++i) _mm256_storeu_ps(reinterpret_cast<float*>(out + i * out_pitch), b[i]);
}

/// Eight rows of eight 2-byte elements.
void transpose_block_2(const char* in, int64_t in_pitch, char* out, int64_t out_pitch) {
  __m128i a[8], b[8];
  for (int i = 0; i < 8; ++i)
    a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i * in_pitch));
  // Three rounds of interleaving row i with row i + 4 move every element to its place.
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) {
      b[2 * i] = _mm_unpacklo_epi16(a[i], a[4 + i]);
      b[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[4 + i]);
    }
    for (int i = 0; i < 8; ++i) a[i] = b[i];
  }
  for (int i = 0; i < 8; ++i)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i * out_pitch), a[i]);
}

/// Four rows of four 8-byte elements.
void transpose_block_8(const char* in, int64_t in_pitch, char* out, int64_t out_pitch) {
  __m256i a[4], b[4];
  for (int i = 0; i < 4; ++i)
    a[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + i * in_pitch));
  for (int i = 0; i < 2; ++i) {
    b[2 * i] = _mm256_unpacklo_epi64(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm256_unpackhi_epi64(a[2 * i], a[2 * i + 1]);
  }
  for (int i = 0; i < 2; ++i) {
    a[i] = _mm256_permute2x128_si256(b[i], b[2 + i], 0x20);
    a[2 + i] = _mm256_permute2x128_si256(b[i], b[2 + i], 0x31);
  }
  for (int i = 0; i < 4; ++i)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i * out_pitch), a[i]);
}

/// Sixteen rows of sixteen bytes.
void transpose_block_1(const char* in, int64_t in_pitch, char* out, int64_t out_pitch) {
  __m128i a[16], b[16];
  for (int i = 0; i < 16; ++i)
    a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i * in_pitch));
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 8; ++i) {
      b[2 * i] = _mm_unpacklo_epi8(a[i], a[8 + i]);
      b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[8 + i]);
    }
    for (int i = 0; i < 16; ++i) a[i] = b[i];
  }
  for (int i = 0; i < 16; ++i)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i * out_pitch), a[i]);
}

using TransposeBlock = void (*)(const char* in, int64_t in_pitch, char* out, int64_t out_pitch);

template <int kBytes>
void transpose_edge(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
                    int64_t columns) {
  for (int64_t c = 0; c < columns; ++c)
    for (int64_t r = 0; r < rows; ++r)
      std::memcpy(out + c * out_pitch + r * kBytes, in + r * in_pitch + c * kBytes, kBytes);
}

template <int kBytes, int kBlock, TransposeBlock kTransposeBlock>
void transpose(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
               int64_t columns) {
  const int64_t whole_rows = rows / kBlock * kBlock, whole_columns = columns / kBlock * kBlock;
  for (int64_t c = 0; c < whole_columns; c += kBlock) {
    char* to = out + c * out_pitch;
    for (int64_t r = 0; r < whole_rows; r += kBlock)
      kTransposeBlock(in + r * in_pitch + c * kBytes, in_pitch, to + r * kBytes, out_pitch);
    transpose_edge<kBytes>(in + whole_rows * in_pitch + c * kBytes, in_pitch,
                           to + whole_rows * kBytes, out_pitch, rows - whole_rows, kBlock);
  }
  transpose_edge<kBytes>(in + whole_columns * kBytes, in_pitch, out + whole_columns * out_pitch,
                         out_pitch, rows, columns - whole_columns);
}

void copy_rows(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
               int64_t bytes) {
  if (bytes > 2048 || bytes < 32) {
    for (int64_t r = 0; r < rows; ++r)
      std::memcpy(out + r * out_pitch, in + r * in_pitch, static_cast<size_t>(bytes));
    return;
  }
  const auto move = [](const char* from, char* to) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  };
  for (int64_t r = 0; r < rows; ++r) {
    const char* from = in + r * in_pitch;
    char* to = out + r * out_pitch;
    for (int64_t i = 0; i + 32 <= bytes; i += 32) move(from + i, to + i);
    if (bytes % 32 != 0) move(from + bytes - 32, to + bytes - 32);
  }
}

}  // namespace

constinit const InnerLoops kAvx2{
    {transpose<1, 16, transpose_block_1>, transpose<2, 8, transpose_block_2>,
     transpose<4, 8, transpose_block_4>, transpose<8, 4, transpose_block_8>},
    copy_rows};

}  // namespace trtlike::kernels::copy
