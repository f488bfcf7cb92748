// Depthwise tiles on bytes, written once. Internal linkage: one copy an instruction set.
#pragma once

#include <utility>

#include "kernels/quantized/depthwise.h"
#include "kernels/quantized/interleave.h"
#include "kernels/quantized/pack_bytes.h"
#include "kernels/quantized/sums.h"

namespace trtlike::kernels::quantized {
namespace {

inline void interleave(const InterleaveArgs& args) {
  const std::byte* padding[kStepRows];
  for (const std::byte*& row : padding) row = args.padding;
  constexpr int64_t kNowhere[kStepRows] = {};
  constexpr int64_t kColumnBytes = Vector::kLanes * 4;
  for (int step = 0; step < args.steps; ++step) {
    std::byte* to = args.to + step * args.step_bytes;
    const int first = step * kStepRows;
    interleave_columns(args, padding, kNowhere, args.left, to);
    to += args.left * kColumnBytes;
    interleave_columns(args, args.rows + first, args.pitches + first, args.middle, to);
    to += args.middle * kColumnBytes;
    interleave_columns(args, padding, kNowhere, args.right, to);
  }
}

template <int kPixels>
struct FloatResults {
  explicit FloatResults(const DepthwiseArgs&) {}

  void store(const Vector (&results)[kPixels], std::byte* to, int64_t pitch, int64_t pixels) const {
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i, to += pitch)
      if (i < pixels) results[i].store(reinterpret_cast<float*>(to));
  }
};

template <int kPixels>
struct PackedResults {
  explicit PackedResults(const DepthwiseArgs& args) : packer(args.bytes) {}

  void store(const Vector (&results)[kPixels], std::byte* to, int64_t pitch, int64_t pixels) const {
    store_four<0>(results, to, pitch, pixels);
  }

  template <int kFirst>
  void store_four(const Vector (&results)[kPixels], std::byte* to, int64_t pitch,
                  int64_t pixels) const {
    constexpr int kLast = kPixels - 1;
    const BytePacker::Bytes bytes =
        packer.pack(results[kFirst], results[kFirst + 1], results[kFirst + 2],
                    results[kFirst + 3 < kLast ? kFirst + 3 : kLast]);
    BytePacker::store<0>(bytes, to);
    if (kFirst + 1 < pixels) BytePacker::store<1>(bytes, to + pitch);
    if (kFirst + 2 < pixels) BytePacker::store<2>(bytes, to + 2 * pitch);
    if (kFirst + 3 < kPixels && kFirst + 3 < pixels) BytePacker::store<3>(bytes, to + 3 * pitch);
    if constexpr (kFirst + 4 < kPixels)
      if (kFirst + 4 < pixels) store_four<kFirst + 4>(results, to + 4 * pitch, pitch, pixels);
  }

  BytePacker packer;
};

/// Sums of kPixels pixels of each row.
template <int kKind, int kPixels>
inline void sum_pixels(const DepthwiseArgs& args, const std::byte* columns,
                       Sums::Register (&sums)[kDepthwiseKinds[kKind].rows][kPixels]) {
  constexpr DepthwiseKind kKindOf = kDepthwiseKinds[kKind];
  constexpr int kWidth = kKindOf.width, kStride = kKindOf.stride, kRows = kKindOf.rows;
  constexpr int kColumns = (kPixels - 1) * kStride + kWidth;
  constexpr int64_t kVectorBytes = Vector::kLanes * 4;
  using Register = Sums::Register;
  const Register offset = Sums::load(args.offsets);
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i) sums[r][i] = offset;
  const std::byte* w = args.weights;
  for (int step = 0; step < args.steps; ++step, columns += args.step_bytes) {
    Register weights[kRows][kWidth];
#pragma GCC unroll 2
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
      for (int j = 0; j < kWidth; ++j, w += kVectorBytes) weights[r][j] = Sums::load(w);
#pragma GCC unroll 24
    for (int column = 0; column < kColumns; ++column) {
      const Register x = Sums::load(columns + column * kVectorBytes);
#pragma GCC unroll 8
      for (int i = 0; i < kPixels; ++i) {
        const int j = column - i * kStride;
        if (j < 0 || j >= kWidth) continue;
#pragma GCC unroll 2
        for (int r = 0; r < kRows; ++r)
          sums[r][i] = Sums::add_products(sums[r][i], x, weights[r][j]);
      }
    }
  }
}

template <int kPixels, typename Results>
inline void finish_row(const DepthwiseArgs& args, const Sums::Register (&sums)[kPixels],
                       const Results& results, void* row, int64_t first) {
  if (row == nullptr) return;
  const Vector factor = Vector::load(args.factors), summand = Vector::load(args.summands);
  Vector x[kPixels];
#pragma GCC unroll 8
  for (int i = 0; i < kPixels; ++i)
    x[i] = fma(Sums::to_floats(sums[i], Sums::zero()), factor, summand);
  results.store(x, static_cast<std::byte*>(row) + first * args.out_pitch, args.out_pitch,
                args.pixels - first);
}

template <int kKind, int kPixels, template <int> typename Results>
void run_depthwise(const DepthwiseArgs& shared) {
  const DepthwiseArgs args = shared;
  constexpr int kRows = kDepthwiseKinds[kKind].rows, kStride = kDepthwiseKinds[kKind].stride;
  const Results<kPixels> results(args);
  const std::byte* columns = args.columns;
  for (int64_t first = 0; first < args.pixels; first += kPixels) {
    Sums::Register sums[kRows][kPixels];
    sum_pixels<kKind, kPixels>(args, columns, sums);
#pragma GCC unroll 2
    for (int r = 0; r < kRows; ++r) finish_row(args, sums[r], results, args.out[r], first);
    columns += kPixels * kStride * Vector::kLanes * 4;
  }
}

template <int... kKinds>
constexpr DepthwiseTiles make_depthwise(core::Isa needs, std::integer_sequence<int, kKinds...>) {
  constexpr int kFew = kDepthwisePixels[0], kMany = kDepthwisePixels[1];
  return {
      needs,
      Sums::kForm,
      Vector::kLanes,
      kBlockChannels,
      interleave,
      {{run_depthwise<kKinds, kFew, FloatResults>, run_depthwise<kKinds, kMany, FloatResults>}...},
      {{run_depthwise<kKinds, kFew, PackedResults>,
        run_depthwise<kKinds, kMany, PackedResults>}...}};
}

}  // namespace
}  // namespace trtlike::kernels::quantized

#define TRTLIKE_MAKE_QUANTIZED_DEPTHWISE(here, name, needs, types, tile)   \
  TRTLIKE_PICK(here, needs,                                                \
               static_assert(TRTLIKE_TILE_ROWS tile == kMostPixels &&      \
                             TRTLIKE_TILE_COLUMNS tile == Vector::kLanes); \
               constinit const DepthwiseTiles name = make_depthwise(       \
                   core::Isa::needs, std::make_integer_sequence<int, kNumDepthwiseKinds>());)
