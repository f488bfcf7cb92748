// Resize of the last two axes (of images), by tables made once per shape.
//
//   out[n, c, y, x] = sum over (t, u) of wy[y, t] * wx[x, u] * in[n, c, iy[y, t], ix[x, u]]
//
// Nearest has one tap an axis, linear two, cubic four. Tensors are linear (any leading axes) or
// channels_last of rank 3 or 4, where pixels may have a pitch. Sums are in FP32.
#pragma once

#include <optional>
#include <string>

#include "kernels/tactic.h"
#include "ops/resize_shape.h"

namespace trtlike::kernels::resize {

/// An image operation: planes of `channels` interleaved values (1 in linear layout). Extents of
/// axes that a tensor lacks are 1.
struct Images {
  int64_t planes = 1;
  int64_t channels = 1;
  ops::ResizeAxis y;
  ops::ResizeAxis x;
  /// Elements from pixel to pixel.
  int64_t in_pitch = 1;
  int64_t out_pitch = 1;
};

/// Why the problem is not about images; `refuse_type` comes first.
std::optional<std::string> refuse_axes(const Problem& problem);
/// For problems that refuse_axes takes.
Images find_images(const Problem& problem);

/// One row of the output.
struct Row {
  const Images* images;
  const void* in;  ///< the plane's first element
  void* out;       ///< the row's first element
  int64_t y;
  float* scratch;  ///< as many floats as the input is wide, and a vector more
};

/// The loops of one instruction set, for FP32, FP16 and BF16 storage.
struct TapLoops {
  using RowFunction = void (*)(const Row& row);
  RowFunction interleaved[3];
  RowFunction planar[3];
};

const TapLoops& portable_loops();
const TapLoops& avx2_loops();
const TapLoops& avx512_loops();

}  // namespace trtlike::kernels::resize
