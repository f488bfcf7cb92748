// The tiles, written once. Internal linkage: one copy an instruction set.
#pragma once

#include <cstring>

#include "kernels/simd/vector.h"
#include "kernels/weight_only/weight_only.h"

namespace trtlike::kernels::weight_only {
namespace {

/// Eight signed numbers of 4 bits in each lane.
#if defined(__AVX512F__)
struct Nibbles {
  __m512i lanes;

  static Nibbles load(const std::byte* p) { return {_mm512_loadu_si512(p)}; }
  template <int kIndex>
  Vector get() const {
    const __m512 numbers = _mm512_set_ps(-1, -2, -3, -4, -5, -6, -7, -8, 7, 6, 5, 4, 3, 2, 1, 0);
    return _mm512_permutexvar_ps(_mm512_srli_epi32(lanes, 4 * kIndex), numbers);
  }
};
#elif defined(__AVX2__)
struct Nibbles {
  __m256i lanes;

  static Nibbles load(const std::byte* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  template <int kIndex>
  Vector get() const {
    return _mm256_cvtepi32_ps(_mm256_srai_epi32(_mm256_slli_epi32(lanes, 28 - 4 * kIndex), 28));
  }
};
#else
struct Nibbles {
  Vector::Ints lanes;

  static Nibbles load(const std::byte* p) {
    Nibbles out;
    std::memcpy(&out.lanes, p, sizeof out.lanes);
    return out;
  }
  template <int kIndex>
  Vector get() const {
    Vector out;
    for (int i = 0; i < Vector::kLanes; ++i)
      out.v[i] = static_cast<float>(static_cast<int8_t>(lanes[i] >> 4 * kIndex << 4) >> 4);
    return out;
  }
};
#endif

/// kStep rows of a panel, as floats one after the other.
template <int kVectors>
struct Bytes {
  static constexpr int64_t kStepBytes = kStep * kVectors * Vector::kLanes;
  const std::byte* p;

  explicit Bytes(const std::byte* from) : p(from) {}
  template <int kIndex, int kVector>
  Vector get() const {
    return Vector::load(reinterpret_cast<const int8_t*>(p) +
                        (kIndex * kVectors + kVector) * Vector::kLanes);
  }
};
template <int kVectors>
struct HalfBytes {
  static constexpr int64_t kStepBytes = kStep / 2 * kVectors * Vector::kLanes;
  Nibbles nibbles[kVectors];

  explicit HalfBytes(const std::byte* from) {
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j)
      nibbles[j] = Nibbles::load(from + j * int64_t{Vector::kLanes} * 4);
  }
  template <int kIndex, int kVector>
  Vector get() const {
    return nibbles[kVector].template get<kIndex>();
  }
};

template <int kRows, int kVectors>
struct Block {
  /// Sums of one row are few: several of each hide the latency of additions.
  static constexpr int kChains = kRows == 1 ? 4 : kRows == 2 ? 2 : 1;
  Vector sums[kChains][kRows][kVectors];

  Block() {
#pragma GCC unroll 4
    for (int c = 0; c < kChains; ++c)
#pragma GCC unroll 6
      for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 2
        for (int j = 0; j < kVectors; ++j) sums[c][i][j] = Vector(0.0f);
  }

  template <int kIndex, typename Integers>
  [[gnu::always_inline]] void add(const Integers& integers, const float* x, int64_t stride) {
    add_vector<kIndex, 0>(integers, x, stride);
    if constexpr (kVectors > 1) add_vector<kIndex, 1>(integers, x, stride);
    if constexpr (kIndex + 1 < kStep) add<kIndex + 1>(integers, x, stride);
  }

  template <int kIndex, int kVector, typename Integers>
  [[gnu::always_inline]] void add_vector(const Integers& integers, const float* x, int64_t stride) {
    const Vector w = integers.template get<kIndex, kVector>();
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      Vector& sum = sums[kIndex % kChains][i][kVector];
      sum = fma(Vector(x[i * stride + kIndex]), w, sum);
    }
  }

  Vector total(int row, int vector) const {
    Vector out = sums[0][row][vector];
#pragma GCC unroll 4
    for (int c = 1; c < kChains; ++c) out = out + sums[c][row][vector];
    return out;
  }
};

inline Vector load_scale(const TileArgs& args, int64_t i) {
  return args.scale_type == DataType::Half
             ? Vector::load(static_cast<const core::Half*>(args.scales) + i)
             : Vector::load(static_cast<const float*>(args.scales) + i);
}

template <int kRows, int kVectors, template <int> typename Integers>
void run_tile(const TileArgs& args) {
  constexpr int kLanes = Vector::kLanes;
  constexpr int64_t kWidth = int64_t{kLanes} * kVectors, kAhead = 2048;
  Vector totals[kRows][kVectors];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < kVectors; ++j) totals[i][j] = Vector(0.0f);
  const std::byte* at = args.integers;
  for (int64_t k = 0, b = 0; k < args.k; ++b) {
    Block<kRows, kVectors> block;
    const int64_t end = args.k - k < args.block ? args.k : k + args.block;
    for (; k < end; k += kStep, at += Integers<kVectors>::kStepBytes) {
#pragma GCC unroll 4
      for (int64_t line = 0; line < Integers<kVectors>::kStepBytes; line += 64)
        __builtin_prefetch(at + kAhead + line);
      block.template add<0>(Integers<kVectors>(at), args.x + k, args.x_stride);
    }
#pragma GCC unroll 2
    for (int j = 0; j < kVectors; ++j) {
      const Vector scale = load_scale(args, b * kWidth + j * kLanes);
      if (args.zeros != nullptr) {
        const Vector zero = scale * Vector::load(args.zeros + b * kWidth + j * kLanes);
#pragma GCC unroll 6
        for (int i = 0; i < kRows; ++i)
          totals[i][j] = fma(-zero, Vector(args.x_sums[i * args.x_sums_stride + b]), totals[i][j]);
      }
#pragma GCC unroll 6
      for (int i = 0; i < kRows; ++i) totals[i][j] = fma(block.total(i, j), scale, totals[i][j]);
    }
  }
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < kVectors; ++j) totals[i][j].store(args.sums + i * kWidth + j * kLanes);
}

template <int kRow, int kRows, int kVectors>
constexpr void fill(Tiles& out) {
  out.bytes[kRow] = run_tile<kRow, kVectors, Bytes>;
  out.nibbles[kRow] = run_tile<kRow, kVectors, HalfBytes>;
  if constexpr (kRow < kRows) fill<kRow + 1, kRows, kVectors>(out);
}

template <int kRows, int kColumns>
constexpr Tiles make_tiles(core::Isa needs) {
  constexpr int kVectors = kColumns / Vector::kLanes;
  static_assert(kRows <= kMaxTileRows && kVectors <= 2);
  Tiles out{needs, Vector::kLanes, kRows, kVectors, {}, {}};
  fill<1, kRows, kVectors>(out);
  return out;
}

}  // namespace
}  // namespace trtlike::kernels::weight_only

#define TRTLIKE_MAKE_WEIGHT_ONLY(here, name, needs, types, tile) \
  TRTLIKE_PICK(                                                  \
      here, needs,                                               \
      constinit const Tiles name =                               \
          make_tiles<TRTLIKE_TILE_ROWS tile, TRTLIKE_TILE_COLUMNS tile>(core::Isa::needs);)
