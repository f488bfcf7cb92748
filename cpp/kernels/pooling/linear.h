// Pooling of planes: the rows of a window are combined first, then its columns. Internal linkage
// like Vector.
#pragma once

#include <algorithm>
#include <type_traits>

#include "kernels/pooling/operations.h"

namespace trtlike::kernels::pooling {
namespace {

void run_begin_rows(const LinearRow& row, Mode mode) {
  const float start = mode == Mode::Average ? SumOf::kStart : MaxOf::kStart;
  const int64_t split = row.stride > 1 ? row.stride * part_elems(row.buffer_elems, row.stride) : 0;
  for (int64_t i = 0; i < row.buffer_elems + split; ++i) row.buffer[i] = start;
}

/// Elements 0, 2, 4, ... and 1, 3, 5, ... of two adjacent vectors.
struct Pairs {
  Vector even, odd;
};
inline Pairs split_pairs(Vector a, Vector b) {
#if defined(__AVX512F__)
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  return {_mm512_permutex2var_ps(a.v, even, b.v), _mm512_permutex2var_ps(a.v, odd, b.v)};
#elif defined(__AVX2__)
  const auto ordered = [](__m256 v) {
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8));
  };
  return {ordered(_mm256_shuffle_ps(a.v, b.v, 0x88)), ordered(_mm256_shuffle_ps(a.v, b.v, 0xdd))};
#else
  constexpr int kLanes = Vector::kLanes;
  float both[2 * kLanes], even[kLanes], odd[kLanes];
  a.store(both);
  b.store(both + kLanes);
  for (int i = 0; i < kLanes; ++i) {
    even[i] = both[2 * i];
    odd[i] = both[2 * i + 1];
  }
  return {Vector::load(even), Vector::load(odd)};
#endif
}

/// Where combined columns go: into the padded buffer, or split by a stride of two.
struct Columns {
  float* to;   ///< column 0; for stride 2 the even columns
  float* odd;  ///< stride 2: the odd ones, else null

  void put(int64_t x, Vector a, Vector b) const {
    if (odd == nullptr) {
      a.store(to + x);
      b.store(to + x + Vector::kLanes);
      return;
    }
    const Pairs pairs = split_pairs(a, b);
    pairs.even.store(to + x / 2);
    pairs.odd.store(odd + x / 2);
  }
  /// The first `count` of both vectors' elements.
  void put(int64_t x, Vector a, Vector b, int count) const {
    float both[2 * Vector::kLanes];
    a.store(both);
    b.store(both + Vector::kLanes);
    for (int i = 0; i < count; ++i)
      (odd == nullptr ? to + x + i : (i % 2 == 0 ? to : odd) + (x + i) / 2)[0] = both[i];
  }
};

/// Every column's combination over `planes` times `rows` rows; N rows of one plane where N > 0.
template <typename Op, typename T, int N>
void combine_rows(const LinearRow& row, const Columns& columns) {
  constexpr int64_t kLanes = Vector::kLanes;
  const auto* input = static_cast<const T*>(row.input);
  const auto combine = [&](auto&& load) {
    if constexpr (N > 0) {
      Vector sums = load(input);
#pragma GCC unroll 4
      for (int i = 1; i < N; ++i) sums = Op::combine(sums, load(input + i * row.row_step));
      return sums;
    }
    Vector sums(Op::kStart);
    for (int64_t d = 0; d < row.planes; ++d)
      for (int64_t h = 0; h < row.rows; ++h)
        sums = Op::combine(sums, load(input + d * row.plane_step + h * row.row_step));
    return sums;
  };
  int64_t x = 0;
  for (; x + 2 * kLanes <= row.width; x += 2 * kLanes)
    columns.put(x, combine([x](const T* p) { return Vector::load(p + x); }),
                combine([x](const T* p) { return Vector::load(p + x + kLanes); }));
  if (x == row.width) return;
  const int left = static_cast<int>(row.width - x);
  const int first = left < kLanes ? left : static_cast<int>(kLanes), second = left - first;
  const Vector a = combine([&](const T* p) { return Vector::load(p + x, first); });
  const Vector b =
      second == 0 ? a : combine([&](const T* p) { return Vector::load(p + x + kLanes, second); });
  columns.put(x, a, b, left);
}

template <typename Op, typename T>
void combine_all_rows(const LinearRow& row, const Columns& columns) {
  if (row.planes == 1 && row.rows == 2) return combine_rows<Op, T, 2>(row, columns);
  if (row.planes == 1 && row.rows == 3) return combine_rows<Op, T, 3>(row, columns);
  combine_rows<Op, T, 0>(row, columns);
}

/// Element i of the buffer goes to place i / stride of part i % stride.
void split_columns(const float* from, float* to, int64_t count, int64_t stride, int64_t part) {
  for (int64_t first = 0; first < stride; ++first)
    for (int64_t i = first, j = 0; i < count; i += stride, ++j) to[first * part + j] = from[i];
}

/// Combines the window's rows; gives where its columns lie.
template <typename Op, typename T>
const float* prepare_columns(const LinearRow& row) {
  const int64_t part = part_elems(row.buffer_elems, row.stride);
  float* split = row.buffer + row.buffer_elems;
  if (row.stride == 2) {
    // Column x is element x + pre of the padded row.
    float *even = split + row.pre / 2, *odd = split + part + row.pre / 2;
    if (row.pre % 2 != 0) {
      even = split + part + row.pre / 2;
      odd = split + row.pre / 2 + 1;
    }
    combine_all_rows<Op, T>(row, {even, odd});
    return split;
  }
  combine_all_rows<Op, T>(row, {row.buffer + row.pre, nullptr});
  if (row.stride == 1) return row.buffer;
  split_columns(row.buffer, split, row.buffer_elems, row.stride, part);
  return split;
}

template <typename Op, typename T>
void pool_linear(const LinearRow& row) {
  const float* columns = prepare_columns<Op, T>(row);
  float* results =
      row.buffer + row.buffer_elems + row.stride * part_elems(row.buffer_elems, row.stride);
  auto* output = static_cast<T*>(row.output);
  constexpr bool kMean = std::is_same_v<Op, SumOf>;
  if constexpr (kMean)
    for (int64_t o = 0; o < row.outputs; ++o) {
      const float divisor = row.divisor * row.columns[o].divisor;
      results[o] = divisor > 0 ? 1 / divisor : 1.0f;
    }
  for (int64_t o = 0; o < row.outputs; o += Vector::kLanes) {
    const int count = static_cast<int>(std::min<int64_t>(Vector::kLanes, row.outputs - o));
    Vector sums(Op::kStart);
    // The buffer is longer than the last window: whole vectors may be loaded.
    for (int64_t k = 0; k < row.num_taps; ++k)
      sums = Op::combine(sums, Vector::load(columns + row.taps[k] + o));
    if constexpr (kMean) sums = sums * Vector::load(results + o, count);
    sums.store(output + o, count);
  }
}

template <typename T>
void run_linear(const LinearRow& row, Mode mode) {
  with_operation(mode, [&](auto op) { pool_linear<decltype(op), T>(row); });
}

}  // namespace
}  // namespace trtlike::kernels::pooling
