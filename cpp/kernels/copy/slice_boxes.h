// Slices as boxes: each axis is cut into segments that read the input at one stride, or fill.
#pragma once

#include "kernels/copy/copy_kernel.h"
#include "ops/shapes/slice_shape.h"

namespace trtlike::kernels::copy {

/// A slice of more pieces is not worth cutting.
inline constexpr size_t kMaxPieces = 1 << 16;

/// True when the slice has at most kMaxPieces pieces; takes no longer for large extents.
bool has_few_pieces(const Dims& in, const std::vector<ops::SliceAxis>& axes, SampleMode mode);

/// The boxes of a slice of input 0, all axes known; what is outside is read from `fill`.
std::vector<Piece> slice_pieces(const TensorDesc& in, const TensorDesc& out,
                                const std::vector<ops::SliceAxis>& axes, SampleMode mode, int fill);

}  // namespace trtlike::kernels::copy
