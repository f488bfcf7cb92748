// The inner loops of matrix products, one set a machine and tile shape. A register tile of rows of
// A by vectors of columns of B:
//
//   c[i][j] = clip(start[i][j] + sum over k of a[i][k] * b[k][j])
//
// B is packed in panels of a few vectors of columns: all steps of one panel follow each other.
// Where A and B are narrower than the sums, a step takes as many neighbouring k at once as fill the
// bits of a sum (two of bfloat16), and the last one is filled with zeros.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/element_traits.h"
#include "kernels/tactic_list.h"
#include "trtlike/types.h"

namespace trtlike::kernels::matmul {

/// What the lists name. Elements of B that are narrower than those of A are widened to them.
using F32 = Types<float, float, float, elements::floats>;
using HalfWeights = Types<float, core::Half, float, elements::floats>;
using BFloat16Pairs = Types<core::BFloat16, core::BFloat16, float, elements::floats>;
/// What is compiled once for each of them.
#define TRTLIKE_FOR_EACH_PRODUCT_TYPES(macro) macro(F32) macro(HalfWeights) macro(BFloat16Pairs)

template <typename Types>
struct TileArgs {
  const typename Types::A* a;
  int64_t a_stride;            ///< elements from one row to the next
  const typename Types::B* b;  ///< a panel: steps of vectors * lanes * depth elements
  int64_t steps;
  const typename Types::Sum* start;  ///< first values of the sums, whole vectors
  int64_t start_stride;              ///< 0: the same row for all
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
template <typename Types>
using TileFunction = void (*)(const TileArgs<Types>& args);

/// A matrix to be rearranged: element (i, j) at i * row_stride + j * column_stride, one of which
/// is 1.
struct MatrixView {
  const void* data;
  DataType dtype;
  int64_t row_stride;
  int64_t column_stride;
};

/// Rows of A, densely, in the type that tiles read, each filled with zeros to whole steps.
template <typename A>
struct RowsArgs {
  MatrixView from;
  int64_t rows;
  int64_t k;
  A* to;
  int64_t to_stride;
};

/// One panel of B, filled with zeros to whole vectors and steps.
template <typename B>
struct PanelArgs {
  MatrixView from;  ///< k by columns
  int64_t k;
  int columns;
  int vectors;
  B* to;
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

/// What can be said of tiles without their types.
struct TileSet {
  core::Isa needs;
  int lanes;
  int max_rows;
  int max_vectors;
  int depth;    ///< the k of a step
  int b_bytes;  ///< of an element of a panel

  /// Steps of the inner loop for k products.
  int64_t steps(int64_t k) const { return (k + depth - 1) / depth; }
  int64_t panel_columns() const { return int64_t{max_vectors} * lanes; }
  /// Rows of the next tile: whole tiles, but no single row left for the last one.
  int count_rows(int64_t left) const {
    if (left <= max_rows) return static_cast<int>(left);
    if (left < 2 * max_rows) return static_cast<int>((left + 1) / 2);
    return max_rows;
  }
  int64_t step_bytes(int vectors) const { return int64_t{vectors} * lanes * depth * b_bytes; }
};

/// Strassen's loops.
struct QuarterTiles {
  QuarterFunction quarters[kMaxTileRows + 1];  ///< by rows
  void (*add)(const SumArgs& args);
  float (*sum_squares)(const float* x, int64_t count);
};
struct NoQuarterTiles {};

template <typename Types>
struct Tiles : TileSet,
               std::conditional_t<std::is_same_v<Types, F32>, QuarterTiles, NoQuarterTiles> {
  TileFunction<Types> tiles[kMaxTileRows + 1][kMaxTileVectors + 1];  ///< by rows, vectors
  void (*copy_rows)(const RowsArgs<typename Types::A>& args);
  void (*pack_panel)(const PanelArgs<typename Types::B>& args);
};

/// One set a line of kernels.inc.
namespace tiles {
using namespace elements;
#define TRTLIKE_GEMM(name, needs, types, tile) extern const Tiles<TRTLIKE_TYPES types> name;
#define TRTLIKE_TACTIC(...)
#include "kernels/matmul/kernels.inc"
#undef TRTLIKE_TACTIC
}  // namespace tiles

}  // namespace trtlike::kernels::matmul
