// The loops of pooling, written once against Vector. Included by one source file for each
// instruction set.
#pragma once

#include <limits>

#include "kernels/pooling/pooling.h"
#include "kernels/vector.h"

namespace trtlike::kernels::pooling {
namespace {

struct MaxOf {
  static constexpr float kStart = -std::numeric_limits<float>::infinity();
  static Vector combine(Vector a, Vector b) { return max(a, b); }
  static float across(Vector v) { return maximum(v); }
  static float scalar(float a, float b) { return a > b ? a : b; }
};

struct SumOf {
  static constexpr float kStart = 0;
  static Vector combine(Vector a, Vector b) { return a + b; }
  static float across(Vector v) { return sum(v); }
  static float scalar(float a, float b) { return a + b; }
};

/// Vectors [0, N) of a pixel's channels, the last of `tail` elements unless that is 0.
template <typename Op, typename T, int N, bool kTail>
inline void pool_pixel(const PixelRow& row, const Span& column, const T* from, T* to, int tail,
                       Vector factor) {
  Vector sums[N];
  for (int i = 0; i < N; ++i) sums[i] = Vector(Op::kStart);
  for (int64_t d = 0; d < row.planes; ++d)
    for (int64_t h = 0; h < row.rows; ++h) {
      const T* p = from + d * row.plane_step + h * row.row_step + column.offset;
      for (int64_t w = 0; w < column.count; ++w, p += row.column_step)
        for (int i = 0; i < N; ++i) {
          const T* at = p + i * Vector::kLanes;
          sums[i] = Op::combine(sums[i], kTail ? Vector::load(at, tail) : Vector::load(at));
        }
    }
  for (int i = 0; i < N; ++i) {
    const Vector y = sums[i] * factor;
    if constexpr (kTail) {
      y.store(to + i * Vector::kLanes, tail);
    } else {
      y.store(to + i * Vector::kLanes);
    }
  }
}

template <typename Op, typename T>
void pool_pixels(const PixelRow& row) {
  constexpr int64_t kLanes = Vector::kLanes;
  const auto* input = static_cast<const T*>(row.input);
  auto* output = static_cast<T*>(row.output);
  for (int64_t o = 0; o < row.outputs; ++o) {
    const Span& column = row.columns[o];
    const float divisor = row.divisor * column.divisor;
    const Vector factor(divisor > 0 ? 1 / divisor : 1.0f);
    T* to = output + o * row.output_pitch;
    int64_t c = 0;
    for (; c + 4 * kLanes <= row.channels; c += 4 * kLanes)
      pool_pixel<Op, T, 4, false>(row, column, input + c, to + c, 0, factor);
    for (; c + kLanes <= row.channels; c += kLanes)
      pool_pixel<Op, T, 1, false>(row, column, input + c, to + c, 0, factor);
    if (c < row.channels)
      pool_pixel<Op, T, 1, true>(row, column, input + c, to + c, static_cast<int>(row.channels - c),
                                 factor);
  }
}

template <typename T>
void run_pixels(const PixelRow& row, Mode mode) {
  mode == Mode::Max ? pool_pixels<MaxOf, T>(row) : pool_pixels<SumOf, T>(row);
}

void run_begin_rows(const LinearRow& row, Mode mode) {
  const float start = mode == Mode::Max ? MaxOf::kStart : SumOf::kStart;
  for (int64_t i = 0; i < row.buffer_elems; ++i) row.buffer[i] = start;
}

/// Every column's combination over the window's planes and rows.
template <typename Op, typename T>
void combine_rows(const LinearRow& row) {
  const auto* input = static_cast<const T*>(row.input);
  float* to = row.buffer + row.pre;
  const auto column = [&](int64_t x, auto&& load) {
    Vector sums(Op::kStart);
    for (int64_t d = 0; d < row.planes; ++d)
      for (int64_t h = 0; h < row.rows; ++h)
        sums = Op::combine(sums, load(input + d * row.plane_step + h * row.row_step + x));
    return sums;
  };
  int64_t x = 0;
  for (; x + Vector::kLanes <= row.width; x += Vector::kLanes)
    column(x, [](const T* p) { return Vector::load(p); }).store(to + x);
  if (x == row.width) return;
  const int tail = static_cast<int>(row.width - x);
  column(x, [&](const T* p) { return Vector::load(p, tail); }).store(to + x, tail);
}

/// Element i of the buffer goes to place i / stride of part i % stride.
void split_columns(const float* __restrict from, float* __restrict to, int64_t count,
                   int64_t stride, int64_t part_elems) {
  if (stride == 2) {
    float* __restrict odd = to + part_elems;
    const int64_t pairs = count / 2;
    for (int64_t i = 0; i < pairs; ++i) {
      to[i] = from[2 * i];
      odd[i] = from[2 * i + 1];
    }
    if (count % 2 != 0) to[pairs] = from[count - 1];
    return;
  }
  for (int64_t part = 0; part < stride; ++part)
    for (int64_t i = part, j = 0; i < count; i += stride, ++j) to[part * part_elems + j] = from[i];
}

template <typename Op, typename T>
void pool_linear(const LinearRow& row) {
  combine_rows<Op, T>(row);
  const float* columns = row.buffer;
  const int64_t part_elems = (row.buffer_elems + row.stride - 1) / row.stride + 16;
  float* results = row.buffer + 2 * row.buffer_elems + row.stride * 16;
  if (row.stride > 1) {
    float* split = row.buffer + row.buffer_elems;
    split_columns(row.buffer, split, row.buffer_elems, row.stride, part_elems);
    columns = split;
  }
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
    for (int64_t k = 0; k < row.kernel; ++k) {
      const int64_t at = k * row.dilation;
      sums =
          Op::combine(sums, Vector::load(columns + at % row.stride * part_elems * (row.stride > 1) +
                                             at / row.stride + o,
                                         count));
    }
    if constexpr (kMean) sums = sums * Vector::load(results + o, count);
    sums.store(output + o, count);
  }
}

template <typename T>
void run_linear(const LinearRow& row, Mode mode) {
  mode == Mode::Max ? pool_linear<MaxOf, T>(row) : pool_linear<SumOf, T>(row);
}

template <typename Op, typename T>
float pool_whole(const T* input, int64_t count) {
  constexpr int64_t kLanes = Vector::kLanes;
  Vector sums[4] = {Vector(Op::kStart), Vector(Op::kStart), Vector(Op::kStart), Vector(Op::kStart)};
  int64_t i = 0;
  for (; i + 4 * kLanes <= count; i += 4 * kLanes)
    for (int j = 0; j < 4; ++j)
      sums[j] = Op::combine(sums[j], Vector::load(input + i + j * kLanes));
  for (; i + kLanes <= count; i += kLanes) sums[0] = Op::combine(sums[0], Vector::load(input + i));
  float rest = Op::kStart;
  if (i < count) {
    float last[kLanes];
    const int tail = static_cast<int>(count - i);
    Vector::load(input + i, tail).store(last);
    for (int j = 0; j < tail; ++j) rest = Op::scalar(rest, last[j]);
  }
  const Vector all = Op::combine(Op::combine(sums[0], sums[1]), Op::combine(sums[2], sums[3]));
  return Op::scalar(Op::across(all), rest);
}

template <typename T>
float run_whole(const void* input, int64_t count, Mode mode) {
  const auto* from = static_cast<const T*>(input);
  return mode == Mode::Max ? pool_whole<MaxOf>(from, count) : pool_whole<SumOf>(from, count);
}

constexpr Loops make_loops() {
  return {
      .pixels = {{run_pixels<float>, run_pixels<core::Half>, run_pixels<core::BFloat16>}},
      .begin_rows = run_begin_rows,
      .linear = {{run_linear<float>, run_linear<core::Half>, run_linear<core::BFloat16>}},
      .whole = {{run_whole<float>, run_whole<core::Half>, run_whole<core::BFloat16>}},
  };
}

}  // namespace
}  // namespace trtlike::kernels::pooling
