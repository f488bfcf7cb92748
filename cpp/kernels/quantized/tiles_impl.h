// The tiles, written once. Internal linkage: one copy an instruction set.
#pragma once

#include <cstring>

#include "kernels/quantized/tiles.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::quantized {
namespace {

/// As many sums of 32 bits as Vector has floats.
#if defined(__AVX512F__)
struct Sums {
#if defined(__AVX512VNNI__)
  static constexpr Form kForm = Form::Bytes;
#else
  static constexpr Form kForm = Form::Words;
#endif
  __m512i v;

  static Sums zero() { return {_mm512_setzero_si512()}; }
  static Sums load(const void* p) { return {_mm512_loadu_si512(p)}; }
  static Sums repeat(int32_t step) { return {_mm512_set1_epi32(step)}; }
  void add_products(Sums a, Sums b) {
#if defined(__AVX512VNNI__)
    v = _mm512_dpbusd_epi32(v, a.v, b.v);
#else
    v = _mm512_add_epi32(v, _mm512_madd_epi16(a.v, b.v));
#endif
  }
  Vector to_floats(Sums offset) const { return _mm512_cvtepi32_ps(_mm512_add_epi32(v, offset.v)); }
};
#elif defined(__AVX2__)
struct Sums {
  static constexpr Form kForm = Form::Words;
  __m256i v;

  static Sums zero() { return {_mm256_setzero_si256()}; }
  static Sums load(const void* p) { return {_mm256_loadu_si256(static_cast<const __m256i*>(p))}; }
  static Sums repeat(int32_t step) { return {_mm256_set1_epi32(step)}; }
  void add_products(Sums a, Sums b) { v = _mm256_add_epi32(v, _mm256_madd_epi16(a.v, b.v)); }
  Vector to_floats(Sums offset) const { return _mm256_cvtepi32_ps(_mm256_add_epi32(v, offset.v)); }
};
#else
struct Sums {
  static constexpr Form kForm = Form::Words;
  Vector::Ints v;

  static Sums zero() { return {Vector::Ints{}}; }
  static Sums load(const void* p) {
    Sums out;
    std::memcpy(&out.v, p, sizeof out.v);
    return out;
  }
  static Sums repeat(int32_t step) { return {Vector::Ints{step, step, step, step}}; }
  /// The two words of a lane.
  static Vector::Ints low(Sums x) { return (x.v << 16) >> 16; }
  static Vector::Ints high(Sums x) { return x.v >> 16; }
  void add_products(Sums a, Sums b) { v += low(a) * low(b) + high(a) * high(b); }
  Vector to_floats(Sums offset) const {
    return __builtin_convertvector(v + offset.v, Vector::Floats);
  }
};
#endif

inline int32_t load_step(const std::byte* p) {
  int32_t step;
  std::memcpy(&step, p, sizeof step);
  return step;
}

template <int kRows, int kVectors>
void run_tile(const TileArgs& args) {
  constexpr int kLanes = Vector::kLanes;
  constexpr int64_t kStepBytes = 4, kPanelStep = kVectors * kLanes * kStepBytes;
  Sums sums[kRows][kVectors];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) sums[i][j] = Sums::zero();
  const std::byte* b = args.b;
  const std::byte* a = args.a;
  const int64_t stride = args.a_stride;
  for (int64_t s = 0; s < args.steps; ++s, b += kPanelStep, a += kStepBytes) {
    Sums columns[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) columns[j] = Sums::load(b + j * kLanes * kStepBytes);
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      const Sums x = Sums::repeat(load_step(a + i * stride));
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) sums[i][j].add_products(x, columns[j]);
    }
  }
#pragma GCC unroll 4
  for (int j = 0; j < kVectors; ++j) {
    const Sums offset = Sums::load(args.offsets + j * kLanes);
    const Vector factor = Vector::load(args.factors + j * kLanes);
    const Vector summand = Vector::load(args.summands + j * kLanes);
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i)
      fma(sums[i][j].to_floats(offset), factor, summand)
          .store(args.c + i * args.c_stride / 4 + j * kLanes);
  }
}

/// Bytes of either sign as unsigned ones.
inline void copy_bytes(const CopyArgs& args) {
  if (!args.is_signed) {
    std::memcpy(args.to, args.from, static_cast<size_t>(args.count));
    return;
  }
  for (int64_t i = 0; i < args.count; ++i) args.to[i] = args.from[i] ^ std::byte{0x80};
}

template <typename T>
inline void copy_words(const CopyArgs& args) {
  const auto* from = reinterpret_cast<const T*>(args.from);
  auto* to = reinterpret_cast<int16_t*>(args.to);
  const auto zero = static_cast<int16_t>(args.zero_point);
  for (int64_t i = 0; i < args.count; ++i)
    to[i] = static_cast<int16_t>(static_cast<int16_t>(from[i]) - zero);
}

inline void copy(const CopyArgs& args) {
  if constexpr (Sums::kForm == Form::Bytes) return copy_bytes(args);
  args.is_signed ? copy_words<int8_t>(args) : copy_words<uint8_t>(args);
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
  Tiles out{needs, Sums::kForm, Vector::kLanes, kRows, kVectors, {}, copy};
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
