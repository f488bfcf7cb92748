// The inner loop of direct convolution: a register tile of output pixels by output channels,
//
//   out[i][k] = bias[k] + sum over taps t and channels c of rows[t][i][c] * weights[t][c][k]
//
// where rows[t][i] points at the channels of the input pixel under tap t of output pixel i (or at
// zeros where the window hangs over the edge). Implemented once a machine, in <isa>_tiles.cpp.
// Types narrower than the sums go by steps of kDepth channels.
#pragma once

#include <cstdint>

#include "kernels/epilogue/stage.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels::convolution {

using F32 = Types<float, float, float, float>;

/// One call: a tile of `rows` pixels by up to `vectors` vectors of channels.
template <typename Types>
struct Tile {
  const typename Types::A* const* rows;  ///< rows[t * row_stride + i]
  int64_t row_stride;
  int64_t taps;
  int64_t channel;   ///< first channel of each row to be summed
  int64_t channels;  ///< how many, in whole steps
  /// Of the first channel: [taps][channels / depth][vectors * lanes][depth].
  const typename Types::B* weights;
  int64_t tap_stride;  ///< elements between the weights of two taps
  /// Weights that are needed next are fetched into the second-level cache meanwhile: 2 * ahead_half
  /// bytes from here on, ahead_step bytes of each half a channel; null: none.
  const char* ahead;
  int64_t ahead_half;
  int64_t ahead_step;
  const char* input_ahead;  ///< and input, input_step bytes a channel; null where `ahead` is
  int64_t input_step;
  const typename Types::Sum*
      start;             ///< first value of the sums: a row of vectors * lanes, or one a pixel
  int64_t start_stride;  ///< 0: the same row (the bias) for all pixels
  /// Where sums that are not complete go: rows of vectors * lanes; null: they are complete.
  typename Types::Sum* partial;
  int64_t partial_stride;
  typename Types::C* const* out;  ///< out[i]: the output pixel's channels
  int64_t out_channel;            ///< the tile's first channel in `out` and `residual`
  int out_channels;               ///< how many channels the tile stores
  const float* residual;          ///< null: none
  int64_t residual_stride;
  epilogue::Stage finish;
  bool adds_last = false;  ///< the residual is added behind `finish`, not before it
};

/// Lets tile `index` of `count` fetch its share of the `bytes` of weights from `from` on.
template <typename Types>
inline void fetch_ahead(Tile<Types>& tile, const typename Types::B* from, int64_t bytes,
                        int64_t index, int64_t count) {
  const int64_t share = bytes / count;
  tile.ahead = reinterpret_cast<const char*>(from) + share * index;
  tile.ahead_half = share / 2;
  tile.ahead_step = share / 2 / (tile.taps * tile.channels) + 1;
  tile.input_ahead = tile.ahead;
  tile.input_step = 0;
}

/// Lets the tile fetch `bytes` of input as well.
template <typename Types>
inline void fetch_input(Tile<Types>& tile, const typename Types::A* from, int64_t bytes) {
  tile.input_ahead = reinterpret_cast<const char*>(from);
  tile.input_step = bytes / (tile.taps * tile.channels) + 1;
  if (tile.ahead == nullptr) tile.ahead = tile.input_ahead;
}

template <typename Types>
using TileFunction = void (*)(const Tile<Types>& tile);

inline constexpr int kMaxTileVectors = 4;
inline constexpr int kMaxTileRows = 12;

/// What can be said of tiles without their types.
struct TileSet {
  int lanes;
  int max_vectors;
  int max_rows[kMaxTileVectors + 1];  ///< by vectors
};

template <typename Types>
struct Tiles : TileSet {
  TileFunction<Types> functions[kMaxTileVectors + 1][kMaxTileRows + 1];  ///< by vectors, rows
};

/// One set a line of kernels.inc.
namespace tiles {
using namespace elements;
#define TRTLIKE_DIRECT(name, needs, types, tile) extern const Tiles<TRTLIKE_TYPES types> name;
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"
#undef TRTLIKE_TACTIC
}  // namespace tiles

}  // namespace trtlike::kernels::convolution
