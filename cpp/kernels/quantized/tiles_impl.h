// The tiles, written once. Internal linkage: one copy an instruction set.
#pragma once

#include <cstring>

#include "kernels/quantized/sums.h"

namespace trtlike::kernels::quantized {
namespace {

inline int32_t load_step(const std::byte* p) {
  int32_t step;
  std::memcpy(&step, p, sizeof step);
  return step;
}

template <int kRows, int kVectors>
void run_tile(const TileArgs& args) {
  using Register = Sums::Register;
  constexpr int kLanes = Vector::kLanes;
  constexpr int64_t kStepBytes = 4, kPanelStep = kVectors * kLanes * kStepBytes;
  Register sums[kRows][kVectors];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) sums[i][j] = Sums::zero();
  const std::byte *a = args.a, *b = args.b;
  const int64_t stride = args.a_stride;
  for (int64_t s = 0; s < args.steps; ++s, b += kPanelStep, a += kStepBytes) {
    Register columns[kVectors];
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) columns[j] = Sums::load(b + j * kLanes * kStepBytes);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const Register x = Sums::repeat(load_step(a + i * stride));
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) sums[i][j] = Sums::add_products(sums[i][j], x, columns[j]);
    }
  }
  if (args.factors == nullptr) {
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) {
        const Register whole = sums[i][j] + Sums::load(args.offsets + j * kLanes);
        std::memcpy(args.c + i * args.c_stride / 4 + j * kLanes, &whole, sizeof whole);
      }
    return;
  }
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j)
      fma(Sums::to_floats(sums[i][j], Sums::load(args.offsets + j * kLanes)),
          Vector::load(args.factors + j * kLanes), Vector::load(args.summands + j * kLanes))
          .store(args.c + i * args.c_stride / 4 + j * kLanes);
}

/// Bytes of either sign as unsigned ones.
inline void copy_bytes(const GatherArgs& args, const std::byte* from, int64_t count,
                       std::byte* to) {
#if defined(__AVX512F__)
  const __m512i sign = _mm512_set1_epi8(args.is_signed ? -128 : 0);
  for (int64_t i = 0; i < count; i += 64) {
    const int64_t left = count - i;
    const __mmask64 mask = left >= 64 ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
    _mm512_mask_storeu_epi8(to + i, mask,
                            _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, from + i), sign));
  }
#else
  const auto sign = static_cast<std::byte>(args.is_signed ? 0x80 : 0);
  for (int64_t i = 0; i < count; ++i) to[i] = from[i] ^ sign;
#endif
}

template <typename T>
inline void copy_words(const GatherArgs& args, const std::byte* first, int64_t count,
                       std::byte* to) {
  const auto* from = reinterpret_cast<const T*>(first);
  auto* words = reinterpret_cast<int16_t*>(to);
  const auto zero = static_cast<int16_t>(args.zero_point);
  for (int64_t i = 0; i < count; ++i)
    words[i] = static_cast<int16_t>(static_cast<int16_t>(from[i]) - zero);
}

inline void gather(const GatherArgs& args) {
  constexpr int64_t kElement = Sums::kForm == Form::Bytes ? 1 : 2;
  const int64_t used = args.taps * args.channels * kElement;
  for (int64_t i = 0; i < args.rows; ++i) {
    std::byte* const row = args.to + i * args.row_bytes;
    std::byte* to = row;
    for (int64_t t = 0; t < args.taps;) {
      const auto* from = static_cast<const std::byte*>(args.table[t * args.table_stride + i]);
      // Taps that follow each other in memory are one run.
      int64_t count = args.channels;
      for (++t; t < args.taps && args.table[t * args.table_stride + i] == from + count; ++t)
        count += args.channels;
      if constexpr (Sums::kForm == Form::Bytes) {
        copy_bytes(args, from, count, to);
      } else {
        args.is_signed ? copy_words<int8_t>(args, from, count, to)
                       : copy_words<uint8_t>(args, from, count, to);
      }
      to += count * kElement;
    }
    std::memset(row + used, 0, static_cast<size_t>(args.row_bytes - used));
  }
}

template <int kRows, int kVectors, int kMaxRows, int kMaxVectors>
constexpr void fill(Tiles& out) {
  out.functions[kRows][kVectors] = run_tile<kRows, kVectors>;
  if constexpr (kVectors < kMaxVectors) {
    fill<kRows, kVectors + 1, kMaxRows, kMaxVectors>(out);
  } else if constexpr (kRows < kMaxRows) {
    fill<kRows + 1, 1, kMaxRows, kMaxVectors>(out);
  }
}

template <int kRows, int kColumns>
constexpr Tiles make_tiles(core::Isa needs) {
  constexpr int kVectors = kColumns / Vector::kLanes;
  static_assert(kRows <= kMaxTileRows && kVectors <= kMaxTileVectors);
  Tiles out{needs, Sums::kForm, Vector::kLanes, kRows, kVectors, {}, gather};
  fill<1, 1, kRows, kVectors>(out);
  return out;
}

}  // namespace
}  // namespace trtlike::kernels::quantized

#define TRTLIKE_MAKE_QUANTIZED(here, name, needs, types, tile) \
  TRTLIKE_PICK(                                                \
      here, needs,                                             \
      constinit const Tiles name =                             \
          make_tiles<TRTLIKE_TILE_ROWS tile, TRTLIKE_TILE_COLUMNS tile>(core::Isa::needs);)
