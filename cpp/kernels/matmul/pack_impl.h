// Rearranging operands into the rows and panels that tiles read, converting on the way. Internal
// linkage: one copy an instruction set.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/matmul/tiles.h"
#include "kernels/simd/narrow.h"
#include "kernels/simd/vector.h"

#if defined(__AVX512F__)
#include "kernels/matmul/transpose_avx512.h"
#endif

namespace trtlike::kernels::matmul {
namespace {

template <typename F>
void dispatch_float(const MatrixView& view, F&& f) {
  if (view.dtype == DataType::Float) {
    f(static_cast<const float*>(view.data));
  } else if (view.dtype == DataType::Half) {
    f(static_cast<const core::Half*>(view.data));
  } else {
    f(static_cast<const core::BFloat16*>(view.data));
  }
}

/// A square of lanes by lanes 32-bit words, read by rows and written by columns; strides in words.
inline void transpose_words(const void* from, int64_t from_stride, void* to, int64_t to_stride) {
#if defined(__AVX512F__)
  transpose_16x16(static_cast<const float*>(from), from_stride, static_cast<float*>(to), to_stride);
#else
  constexpr int kWord = 4;
  for (int i = 0; i < Vector::kLanes; ++i)
    for (int j = 0; j < Vector::kLanes; ++j)
      std::memcpy(static_cast<std::byte*>(to) + (j * to_stride + i) * kWord,
                  static_cast<const std::byte*>(from) + (i * from_stride + j) * kWord, kWord);
#endif
}

/// The rows of a step side by side, lane by lane, rounded to the elements of a panel.
template <typename T>
inline void store_step(const Vector (&rows)[1], T* to) {
  store_as(rows[0], to);
}
inline void store_step(const Vector (&rows)[2], core::BFloat16* to) {
#if defined(__AVX512F__)
  const __m512i low = _mm512_cvtepu16_epi32(round_to_bfloat16(rows[0]));
  const __m512i high = _mm512_cvtepu16_epi32(round_to_bfloat16(rows[1]));
  _mm512_storeu_si512(to, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
#else
  core::BFloat16 lanes[Vector::kLanes];
  for (int row = 0; row < 2; ++row) {
    store_as(rows[row], lanes);
    for (int i = 0; i < Vector::kLanes; ++i) to[2 * i + row] = lanes[i];
  }
#endif
}

/// Elements [0, count) of a contiguous run in the type that tiles multiply, with zeros behind to
/// whole steps.
template <typename To, int kDepth, typename From>
void copy_run(const From* from, int64_t count, To* to) {
  constexpr int kLanes = Vector::kLanes;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store_as(Vector::load(from + i), to + i);
  if (i < count) {
    const int left = static_cast<int>(count - i);
    store_as(Vector::load(from + i, left), to + i, left);
  }
  if constexpr (kDepth > 1)
    for (; count % kDepth != 0; ++count) to[count] = To{};
}

/// A block of up to lanes runs, transposed by the words of kDepth elements that steps take: word w
/// of run r goes to word w * to_stride + r.
template <typename To, int kDepth, typename From>
void transpose_runs(const From* from, int64_t run_stride, int runs, int64_t count, To* to,
                    int64_t to_stride) {
  static_assert(sizeof(To) * kDepth == sizeof(float));
  constexpr int kLanes = Vector::kLanes;
  alignas(64) To square[kLanes * kLanes * kDepth];
  alignas(64) To turned[kLanes * kLanes * kDepth];
  for (int64_t i = 0; i < count; i += kLanes * kDepth) {
    const int64_t taken = std::min<int64_t>(count - i, kLanes * kDepth);
    const int64_t words = (taken + kDepth - 1) / kDepth;
    for (int r = 0; r < runs; ++r)
      copy_run<To, kDepth>(from + r * run_stride + i, taken, square + r * kLanes * kDepth);
    To* out = to + i * to_stride;
    if (words == kLanes && runs == kLanes) {
      transpose_words(square, kLanes, out, to_stride);
    } else {
      transpose_words(square, kLanes, turned, kLanes);
      for (int64_t w = 0; w < words; ++w)
        std::memcpy(out + w * to_stride * kDepth, turned + w * kLanes * kDepth,
                    static_cast<size_t>(runs) * sizeof(float));
    }
  }
}

template <typename A, int kDepth>
void copy_rows(const RowsArgs<A>& args) {
  dispatch_float(args.from, [&](const auto* data) {
    if (args.from.column_stride == 1) {
      for (int64_t i = 0; i < args.rows; ++i)
        copy_run<A, kDepth>(data + i * args.from.row_stride, args.k, args.to + i * args.to_stride);
      return;
    }
    // Runs go along the rows' index; steps cannot be made of them, so floats are turned first.
    constexpr int kLanes = Vector::kLanes;
    const int64_t stride = args.from.column_stride;
    alignas(64) float block[kLanes * kLanes];
    for (int64_t i = 0; i < args.rows; i += kLanes) {
      const int rows = static_cast<int>(std::min<int64_t>(kLanes, args.rows - i));
      for (int64_t j = 0; j < args.k; j += kLanes) {
        const int columns = static_cast<int>(std::min<int64_t>(kLanes, args.k - j));
        transpose_runs<float, 1>(data + i + j * stride, stride, columns, rows, block, kLanes);
        for (int r = 0; r < rows; ++r)
          copy_run<A, kDepth>(block + r * kLanes, columns, args.to + (i + r) * args.to_stride + j);
      }
    }
  });
}

/// A step of a panel: rows k to k + kDepth, of which `rows` exist.
template <typename B, int kDepth, typename From>
void pack_step(const From* row, int64_t row_stride, int64_t rows, int columns, int vectors, B* to) {
  constexpr int kLanes = Vector::kLanes;
  for (int j = 0; j < vectors; ++j) {
    const int left = std::clamp(columns - j * kLanes, 0, kLanes);
    Vector taken[kDepth];
#pragma GCC unroll 4
    for (int d = 0; d < kDepth; ++d)
      taken[d] =
          d == 0 || d < rows ? Vector::load(row + d * row_stride + j * kLanes, left) : Vector(0.0f);
    store_step(taken, to + j * kLanes * kDepth);
  }
}

template <typename B, int kDepth, typename From>
void pack_transposed(const PanelArgs<B>& args, const From* data) {
  constexpr int kLanes = Vector::kLanes;
  const int width = args.vectors * kLanes;
  if constexpr (sizeof(B) * kDepth != sizeof(float)) {
    for (int64_t k = 0; k < args.k; ++k) {
      float row[kMaxTileVectors * 16] = {};
      for (int j = 0; j < args.columns; ++j) {
        float element[kLanes];
        Vector::load(data + j * args.from.column_stride + k, 1).store(element);
        row[j] = element[0];
      }
      for (int j = 0; j < width; j += kLanes)
        store_as(Vector::load(row + j), args.to + k * width + j);
    }
  } else {
    const int64_t steps = (args.k + kDepth - 1) / kDepth;
    if (args.columns < width) std::fill_n(args.to, steps * width * kDepth, B{});
    for (int j = 0; j < args.columns; j += kLanes)
      transpose_runs<B, kDepth>(data + j * args.from.column_stride, args.from.column_stride,
                                std::min(kLanes, args.columns - j), args.k, args.to + j * kDepth,
                                width);
  }
}

template <typename B, int kDepth>
void pack_panel(const PanelArgs<B>& args) {
  dispatch_float(args.from, [&](const auto* data) {
    if (args.from.column_stride != 1) return pack_transposed<B, kDepth>(args, data);
    const int64_t width = int64_t{args.vectors} * Vector::kLanes;
    B* to = args.to;
    for (int64_t k = 0; k < args.k; k += kDepth, to += width * kDepth)
      pack_step<B, kDepth>(data + k * args.from.row_stride, args.from.row_stride, args.k - k,
                           args.columns, args.vectors, to);
  });
}

}  // namespace
}  // namespace trtlike::kernels::matmul
