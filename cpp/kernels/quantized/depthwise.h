// Depthwise convolution of bytes, summed as integers:
//
//   out[i][c] = factors[c] * (offsets[c] + sum over taps t of x[t][i][c] * weights[t][c]) +
//   summands[c]
//
// on channels-last tensors. Columns of neighbouring rows of the input are laid side by side first
// (interleave): a lane of a vector then holds the rows of one channel in one column, and one
// instruction multiplies all of them. A tile takes those to a few neighbouring pixels of one or two
// rows of the output. Forms are those of tiles.h: four rows a step in bytes, two in words.
#pragma once

#include <cstdint>

#include "kernels/quantized/tiles.h"

namespace trtlike::kernels::quantized {

inline constexpr int kMostInputRows = 8;  ///< under a tile, to whole steps
inline constexpr int kMostTileRows = 2;   ///< of the output
inline constexpr int kMostPixels = 8;

/// Rows of the input over some columns. Padding is a pixel that holds the zero point.
struct InterleaveArgs {
  const std::byte* rows[kMostInputRows];  ///< at the first column that exists
  int64_t pitches[kMostInputRows];        ///< bytes to the next column; 0 for a row of padding
  const std::byte* padding;
  int steps;
  int left, middle, right;  ///< columns of padding, that exist, of padding
  int channels;             ///< block_channels at most
  bool is_signed;
  int32_t zero_point;  ///< that words are taken less
  std::byte* to;       ///< [step][group][column][lane]
  int64_t group_bytes;
  int64_t step_bytes;
};

/// How sums become bytes: their factors and summands are those of the result's steps.
struct ByteResults {
  int16_t zero;      ///< added to what is rounded, less 128 for unsigned results
  uint8_t flip;      ///< that bytes are exclusive-ored with: 128 for unsigned results
  int8_t low, high;  ///< limits before that
};

/// A row, or rows, of one group of channels. Columns are laid out for whole tiles.
struct DepthwiseArgs {
  const std::byte* columns;  ///< of the first pixel, in the first step that is read
  int64_t step_bytes;
  int steps;
  const std::byte* weights;  ///< [step][row of the output][column of the kernel][lane]
  const int32_t* offsets;
  const float* factors;
  const float* summands;
  void* out[kMostTileRows];  ///< null: the row is not there; whole vectors are written
  int64_t out_pitch;         ///< bytes from one pixel to the next
  int64_t pixels;
  ByteResults bytes;
};
using DepthwiseTile = void (*)(const DepthwiseArgs& args);

/// What tiles are made for. They run on the same rows of the input `passes` times.
struct DepthwiseKind {
  int width, stride;
  int rows;  ///< of the output that a tile makes
  int passes;

  constexpr int output_rows() const { return rows * passes; }
  /// Rows of the input under all of them.
  constexpr int input_rows() const { return (output_rows() - 1) * stride + width; }
};
inline constexpr DepthwiseKind kDepthwiseKinds[] = {
    {3, 1, 2, 1}, {3, 2, 1, 3}, {5, 1, 1, 4}, {5, 2, 1, 2}};
inline constexpr int kNumDepthwiseKinds = 4;
/// A row of seven pixels, which networks on images of 224 have, is not made as one of eight.
inline constexpr int kDepthwisePixels[] = {7, 8};

struct DepthwiseTiles {
  core::Isa needs;
  Form form;
  int lanes;
  int block_channels;  ///< that interleave takes at once: whole groups of lanes
  void (*interleave)(const InterleaveArgs& args);
  /// By kind and number of pixels; to floats, or to bytes.
  DepthwiseTile floats[kNumDepthwiseKinds][2];
  DepthwiseTile bytes[kNumDepthwiseKinds][2];

  int depth() const { return form == Form::Bytes ? 4 : 2; }
  int steps(int rows) const { return (rows + depth() - 1) / depth(); }
  /// The steps that a pass reads anything but padding in.
  int first_step(DepthwiseKind kind, int pass) const {
    return pass * kind.rows * kind.stride / depth();
  }
  int last_step(DepthwiseKind kind, int pass) const {
    return steps(pass * kind.rows * kind.stride + (kind.rows - 1) * kind.stride + kind.width);
  }
};

/// One set a line of kernels.inc.
namespace depthwise {
#define TRTLIKE_QUANTIZED_DEPTHWISE(name, needs, types, tile) extern const DepthwiseTiles name;
#define TRTLIKE_TACTIC(...)
#include "kernels/quantized/kernels.inc"
#undef TRTLIKE_TACTIC
}  // namespace depthwise

}  // namespace trtlike::kernels::quantized
