// Rearranging operands into the rows and panels that tiles read, converting on the way. Internal
// linkage: one copy an instruction set.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/simd/narrow.h"
#include "kernels/matmul/tiles.h"
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

/// A square of lanes by lanes 32-bit words, read by rows and written by columns.
inline void transpose_words(const float* from, int64_t from_stride, float* to, int64_t to_stride) {
#if defined(__AVX512F__)
  transpose_16x16(from, from_stride, to, to_stride);
#else
  for (int i = 0; i < Vector::kLanes; ++i)
    for (int j = 0; j < Vector::kLanes; ++j)
      std::memcpy(to + j * to_stride + i, from + i * from_stride + j, sizeof(float));
#endif
}

/// Both rounded to bfloat16, lane by lane: the first in the low half of a word.
inline void store_pairs(Vector first, Vector second, uint32_t* to) {
#if defined(__AVX512F__)
  const __m512i low = _mm512_cvtepu16_epi32(round_to_bfloat16(first));
  const __m512i high = _mm512_cvtepu16_epi32(round_to_bfloat16(second));
  _mm512_storeu_si512(to, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
#else
  core::BFloat16 a[Vector::kLanes], b[Vector::kLanes];
  first.store(a);
  second.store(b);
  for (int i = 0; i < Vector::kLanes; ++i)
    to[i] = a[i].bits | static_cast<uint32_t>(b[i].bits) << 16;
#endif
}

/// Elements [0, count) of a contiguous run as the words that tiles multiply: floats, or pairs with
/// a zero behind an odd end.
template <PanelFormat kFormat, typename T>
void copy_run(const T* from, int64_t count, float* to) {
  constexpr int kLanes = Vector::kLanes;
  int64_t i = 0;
  if constexpr (kFormat != PanelFormat::Bf16Pairs) {
    for (; i + kLanes <= count; i += kLanes) Vector::load(from + i).store(to + i);
    if (i < count) {
      const int left = static_cast<int>(count - i);
      Vector::load(from + i, left).store(to + i, left);
    }
  } else {
    auto* out = reinterpret_cast<core::BFloat16*>(to);
    for (; i + kLanes <= count; i += kLanes) store_as(Vector::load(from + i), out + i);
    if (i < count) {
      const int left = static_cast<int>(count - i);
      store_as(Vector::load(from + i, left), out + i, left);
    }
    if (count % 2 != 0) out[count] = {0};
  }
}

/// A block of up to lanes runs, transposed: word w of run r goes to to[w * to_stride + r].
template <PanelFormat kFormat, typename T>
void transpose_runs(const T* from, int64_t run_stride, int runs, int64_t count, float* to,
                    int64_t to_stride) {
  constexpr int kLanes = Vector::kLanes;
  constexpr int kPerWord = kFormat == PanelFormat::Bf16Pairs ? 2 : 1;
  alignas(64) float square[kLanes * kLanes];
  alignas(64) float turned[kLanes * kLanes];
  for (int64_t i = 0; i < count; i += kLanes * kPerWord) {
    const int64_t taken = std::min<int64_t>(count - i, kLanes * kPerWord);
    const int64_t words = (taken + kPerWord - 1) / kPerWord;
    for (int r = 0; r < runs; ++r)
      copy_run<kFormat>(from + r * run_stride + i, taken, square + r * kLanes);
    float* out = to + i / kPerWord * to_stride;
    if (words == kLanes && runs == kLanes) {
      transpose_words(square, kLanes, out, to_stride);
    } else {
      transpose_words(square, kLanes, turned, kLanes);
      for (int64_t w = 0; w < words; ++w)
        std::memcpy(out + w * to_stride, turned + w * kLanes,
                    static_cast<size_t>(runs) * sizeof(float));
    }
  }
}

template <PanelFormat kFormat>
void copy_rows(const RowsArgs& args) {
  dispatch_float(args.from, [&](const auto* data) {
    if (args.from.column_stride == 1) {
      for (int64_t i = 0; i < args.rows; ++i)
        copy_run<kFormat>(data + i * args.from.row_stride, args.k, args.to + i * args.to_stride);
      return;
    }
    // Runs go along the rows' index; pairs cannot be made of them, so floats are turned first.
    constexpr int kLanes = Vector::kLanes;
    const int64_t stride = args.from.column_stride;
    alignas(64) float block[kLanes * kLanes];
    for (int64_t i = 0; i < args.rows; i += kLanes) {
      const int rows = static_cast<int>(std::min<int64_t>(kLanes, args.rows - i));
      for (int64_t j = 0; j < args.k; j += kLanes) {
        const int columns = static_cast<int>(std::min<int64_t>(kLanes, args.k - j));
        transpose_runs<PanelFormat::F32>(data + i + j * stride, stride, columns, rows, block,
                                         kLanes);
        const int64_t word = kFormat == PanelFormat::Bf16Pairs ? j / 2 : j;
        for (int r = 0; r < rows; ++r)
          copy_run<kFormat>(block + r * kLanes, columns, args.to + (i + r) * args.to_stride + word);
      }
    }
  });
}

/// Row k of a panel as floats or halves; in pairs, rows k and k + 1 (null: zeros).
template <PanelFormat kFormat, typename T>
void pack_step(const T* row, const T* next, int columns, int vectors, void* to) {
  constexpr int kLanes = Vector::kLanes;
  for (int j = 0; j < vectors; ++j) {
    const int left = std::clamp(columns - j * kLanes, 0, kLanes);
    const Vector v = Vector::load(row + j * kLanes, left);
    if constexpr (kFormat == PanelFormat::F32) {
      v.store(static_cast<float*>(to) + j * kLanes);
    } else if constexpr (kFormat == PanelFormat::F16) {
      v.store(static_cast<core::Half*>(to) + j * kLanes);
    } else {
      const Vector w = next != nullptr ? Vector::load(next + j * kLanes, left) : Vector(0.0f);
      store_pairs(v, w, static_cast<uint32_t*>(to) + j * kLanes);
    }
  }
}

template <PanelFormat kFormat, typename T>
void pack_transposed(const PanelArgs& args, const T* data) {
  constexpr int kLanes = Vector::kLanes;
  const int width = args.vectors * kLanes;
  if constexpr (kFormat == PanelFormat::F16) {
    auto* out = static_cast<core::Half*>(args.to);
    for (int64_t k = 0; k < args.k; ++k) {
      float row[kMaxTileVectors * 16] = {};
      for (int j = 0; j < args.columns; ++j) {
        float element[kLanes];
        Vector::load(data + j * args.from.column_stride + k, 1).store(element);
        row[j] = element[0];
      }
      for (int j = 0; j < width; j += kLanes) Vector::load(row + j).store(out + k * width + j);
    }
  } else {
    auto* out = static_cast<float*>(args.to);
    const int64_t words = kFormat == PanelFormat::Bf16Pairs ? (args.k + 1) / 2 : args.k;
    if (args.columns < width)
      std::memset(args.to, 0, static_cast<size_t>(words * width) * sizeof(float));
    for (int j = 0; j < args.columns; j += kLanes)
      transpose_runs<kFormat>(data + j * args.from.column_stride, args.from.column_stride,
                              std::min(kLanes, args.columns - j), args.k, out + j, width);
  }
}

template <PanelFormat kFormat>
void pack_panel(const PanelArgs& args) {
  dispatch_float(args.from, [&](const auto* data) {
    if (args.from.column_stride != 1) return pack_transposed<kFormat>(args, data);
    constexpr int64_t kRows = kFormat == PanelFormat::Bf16Pairs ? 2 : 1;
    const int64_t step_bytes =
        static_cast<int64_t>(args.vectors) * Vector::kLanes * (kFormat == PanelFormat::F16 ? 2 : 4);
    auto* to = static_cast<char*>(args.to);
    for (int64_t k = 0; k < args.k; k += kRows, to += step_bytes) {
      const auto* row = data + k * args.from.row_stride;
      const auto* next = k + 1 < args.k ? row + args.from.row_stride : nullptr;
      pack_step<kFormat>(row, next, args.columns, args.vectors, to);
    }
  });
}

}  // namespace
}  // namespace trtlike::kernels::matmul
