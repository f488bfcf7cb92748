// The inner loop of direct convolution: a register tile of output pixels by output channels,
//
//   out[i][k] = bias[k] + sum over taps t and channels c of rows[t][i][c] * weights[t][c][k]
//
// where rows[t][i] points at the channels of the input pixel under tap t of output pixel i (or at
// zeros where the window hangs over the edge). Implemented once a machine, in <isa>_tiles.cpp.
#pragma once

#include <cstdint>

namespace trtlike::kernels::convolution {

/// One call: a tile of `rows` pixels by up to `vectors` vectors of channels.
struct Tile {
  const float* const* rows;  ///< rows[t * row_stride + i]
  int64_t row_stride;
  int64_t taps;
  int64_t channel;       ///< first channel of each row to be summed
  int64_t channels;      ///< how many
  const float* weights;  ///< of the first channel: [taps][channels][vectors * lanes]
  int64_t tap_stride;    ///< floats between the weights of two taps
  const float* start;    ///< first value of the sums: a row of vectors * lanes, or one a pixel
  int64_t start_stride;  ///< 0: the same row (the bias) for all pixels
  /// Where sums that are not complete go: rows of vectors * lanes; null: they are complete.
  float* partial;
  int64_t partial_stride;
  float* const* out;      ///< out[i]: the output pixel's channels
  int64_t out_channel;    ///< the tile's first channel in `out` and `residual`
  int out_channels;       ///< how many channels the tile stores
  const float* residual;  ///< added before clipping; null: none
  int64_t residual_stride;
  bool clip;
  float low, high;
};

using TileFunction = void (*)(const Tile& tile);

inline constexpr int kMaxTileVectors = 4;
inline constexpr int kMaxTileRows = 12;

/// The tiles of one instruction set.
struct TileSet {
  int lanes;
  int max_vectors;
  int max_rows[kMaxTileVectors + 1];                              ///< by vectors
  TileFunction functions[kMaxTileVectors + 1][kMaxTileRows + 1];  ///< by vectors, rows
};

const TileSet& tiles_avx512();
const TileSet& tiles_avx2();
const TileSet& tiles_portable();

}  // namespace trtlike::kernels::convolution
