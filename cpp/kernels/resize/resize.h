// Resize of the last two axes (of images), by tables made once per shape.
//
//   out[n, c, y, x] = sum over (t, u) of wy[y, t] * wx[x, u] * in[n, c, iy[y, t], ix[x, u]]
//
// Nearest has one tap an axis, linear two, cubic four. Tensors are linear (any leading axes) or
// channels_last of rank 3 or 4, where pixels may have a pitch. Sums are in FP32.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "kernels/tactic.h"
#include "ops/shapes/resize_shape.h"

namespace trtlike::kernels::resize {

/// Taps of an axis: more than one of nearest, linear and cubic has are those of filters against
/// aliasing, which planes alone take.
inline constexpr int kMaxTaps = 4, kMostPlanarTaps = 64;

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

  /// Whether interleaved rows are worth blending before their pixels.
  bool blends_rows() const { return in_pitch == channels && x.out >= x.in; }
};

/// Why the problem is not about images; `refuse_type` comes first.
std::optional<std::string> refuse_axes(const Problem& problem);
/// For problems that refuse_axes takes.
Images find_images(const Problem& problem);

/// Rows [begin, end) of the output, counted over all planes.
struct Rows {
  const Images* images;
  const void* in;
  void* out;
  int64_t begin;
  int64_t end;
  float* scratch;  ///< scratch_floats
};

/// Floats from one row to the next in scratch.
inline int64_t planar_pitch(int64_t columns) { return (columns + 15) / 16 * 16; }
/// Rows that are kept weighed along x.
inline int64_t kept_rows(const Images& images) { return std::max(kMaxTaps, images.y.taps); }
/// Planar: a row of the input, two vectors that may be read beyond it, and the kept rows.
/// Interleaved: a row of the input.
inline int64_t scratch_floats(const Images& images, bool planar) {
  if (!planar) return images.blends_rows() ? images.x.in * images.channels : 0;
  return planar_pitch(images.x.in) + 2 * 16 + kept_rows(images) * planar_pitch(images.x.out);
}

/// The loops of one instruction set, for FP32, FP16 and BF16 storage.
struct TapLoops {
  using RowsFunction = void (*)(const Rows& rows);
  RowsFunction interleaved[3];
  RowsFunction planar[3];
};

extern const TapLoops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::resize
