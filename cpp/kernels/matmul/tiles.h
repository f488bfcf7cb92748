// The inner loops of matrix products, one set a machine and tile shape. A register tile of rows of
// A by vectors of columns of B:
//
//   c[i][j] = clip(start[i][j] + sum over k of a[i][k] * b[k][j])
//
// B is packed in panels of a few vectors of columns: all steps of one panel follow each other. In
// the format Bf16Pairs a step takes two k at once, and "a float" of A is such a pair.
#pragma once

#include <cstdint>

#include "kernels/tactic_list.h"
#include "trtlike/types.h"

namespace trtlike::kernels::matmul {

/// What panels are made of, and with it what is multiplied: floats by floats, halves widened to
/// floats by floats, pairs of bfloat16 by pairs of bfloat16. Sums are floats.
enum class PanelFormat { F32, F16, Bf16Pairs };

struct TileArgs {
  const float* a;
  int64_t a_stride;  ///< floats from one row to the next
  const void* b;     ///< a panel: steps of vectors * lanes elements
  int64_t steps;
  const float* start;    ///< first values of the sums, whole vectors
  int64_t start_stride;  ///< 0: the same row for all
  /// Where the sums go, converted to their type; clipped before that if asked for.
  void* c;
  DataType dtype;
  int64_t c_stride;
  int last;  ///< elements of a row's last vector that are stored
  bool clip;
  float low, high;
  /// Memory to fetch into the cache meanwhile: `ahead_lines` lines every 8 steps.
  const char* ahead;
  int ahead_lines;
};
using TileFunction = void (*)(const TileArgs& args);

/// A matrix to be rearranged: element (i, j) at i * row_stride + j * column_stride, one of which
/// is 1.
struct MatrixView {
  const void* data;
  DataType dtype;
  int64_t row_stride;
  int64_t column_stride;
};

/// Rows of A, densely, in the floats (or pairs, filled with a zero) that tiles read.
struct RowsArgs {
  MatrixView from;
  int64_t rows;
  int64_t k;
  float* to;
  int64_t to_stride;
};

/// One panel of B, filled with zeros to whole vectors and pairs.
struct PanelArgs {
  MatrixView from;  ///< k by columns
  int64_t k;
  int columns;
  int vectors;
  void* to;
};

/// to = x + factor * y.
struct SumArgs {
  const float* x;
  const float* y;
  float factor;
  float* to;
  int64_t count;
};

/// A quarter of C: to[i] = from[i] + factor * sums[i] for the first `rows` rows.
struct QuarterTarget {
  float* to = nullptr;
  const float* from = nullptr;
  int64_t from_stride = 0;
  float factor = 1;
  int64_t rows = 0;
};

/// A tile of one of Strassen's products: sums of a[i][k] * b[k][j], or of a * (b + b_factor *
/// b_second), where the sum of both is stored too.
struct QuarterArgs {
  const float* a;
  int64_t a_stride;
  const float* b;
  const float* b_second;
  float b_factor;
  float* b_sum;
  int64_t steps;
  QuarterTarget targets[2];
  int64_t c_stride;
  const char* ahead;  ///< as in TileArgs
  int ahead_lines;
};
using QuarterFunction = void (*)(const QuarterArgs& args);

inline constexpr int kMaxTileRows = 14;
inline constexpr int kMaxTileVectors = 4;
/// What sums start from where there is no bias.
alignas(64) inline constexpr float kZeros[kMaxTileVectors * 16] = {};

struct TileSet {
  PanelFormat format;
  int lanes;
  int max_rows;
  int max_vectors;
  TileFunction tiles[kMaxTileRows + 1][kMaxTileVectors + 1];  ///< by rows, vectors
  QuarterFunction quarters[kMaxTileRows + 1];                 ///< by rows; in format F32
  void (*copy_rows)(const RowsArgs& args);
  void (*pack_panel)(const PanelArgs& args);
  void (*add)(const SumArgs& args);
  float (*sum_squares)(const float* x, int64_t count);

  /// Steps of the inner loop for k products.
  int64_t steps(int64_t k) const { return format == PanelFormat::Bf16Pairs ? (k + 1) / 2 : k; }
  int64_t panel_columns() const { return max_vectors * lanes; }
  /// Rows of the next tile: whole tiles, but no single row left for the last one.
  int count_rows(int64_t left) const {
    if (left <= max_rows) return static_cast<int>(left);
    if (left < 2 * max_rows) return static_cast<int>((left + 1) / 2);
    return max_rows;
  }
  int64_t step_bytes(int vectors) const {
    return static_cast<int64_t>(vectors) * lanes * (format == PanelFormat::F16 ? 2 : 4);
  }
};

/// One set a line of kernels.inc.
namespace tiles {
#define TRTLIKE_GEMM(name, needs, types, tile) extern const TileSet name;
#define TRTLIKE_TACTIC(...)
#include "kernels/matmul/kernels.inc"
#undef TRTLIKE_TACTIC
}  // namespace tiles

}  // namespace trtlike::kernels::matmul
