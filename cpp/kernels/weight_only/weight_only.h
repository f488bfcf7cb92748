// Rows of floating-point numbers times a matrix of integers of 8 or 4 bits, with a scale and a zero
// point for each block of k and each column:
//
//   c[i][n] = sum over blocks b of scales[b][n] (sum over k in b of x[i][k] q[k][n]
//                                                - zeros[b][n] sum over k in b of x[i][k])
//
// Integers become floats in registers: with few rows the time is that of reading them. They lie in
// panels of whole vectors of columns, in the order in which they are read; those of 4 bits eight k
// a lane, from the low bits on.
#pragma once

#include <cstdint>

#include "kernels/tactic_list.h"

namespace trtlike::kernels::weight_only {

inline constexpr int kMaxTileRows = 6;
/// What a row of x and a block are a multiple of; behind the last k are zeros.
inline constexpr int64_t kStep = 8;

/// A panel. Strides in elements.
struct TileArgs {
  const float* x;
  int64_t x_stride;
  const float* x_sums;  ///< by rows, blocks; null where there are no zero points
  int64_t x_sums_stride;
  const std::byte* integers;
  int64_t k;      ///< to whole steps
  int64_t block;  ///< a multiple of steps
  const void* scales;
  DataType scale_type;  ///< float or half
  const int8_t* zeros;  ///< null: none
  float* sums;          ///< by rows, columns of the panel
};
using TileFunction = void (*)(const TileArgs& args);

struct Tiles {
  core::Isa needs;
  int lanes, rows, vectors;
  TileFunction bytes[kMaxTileRows + 1];  ///< by rows
  TileFunction nibbles[kMaxTileRows + 1];
  int64_t width() const { return int64_t{lanes} * vectors; }
};

/// One set a line of kernels.inc.
namespace tiles {
#define TRTLIKE_WEIGHT_ONLY(name, needs, types, tile) extern const Tiles name;
#define TRTLIKE_TACTIC(...)
#include "kernels/weight_only/kernels.inc"
#undef TRTLIKE_TACTIC
}  // namespace tiles

}  // namespace trtlike::kernels::weight_only
