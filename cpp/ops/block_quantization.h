// Quantization by the largest element of each block.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// Blocks of a tensor: how many elements of each axis are in one.
struct Blocks {
  Dims extents;
  /// The extents of a tensor with one element a block; unknown where the tensor's are.
  Dims count;
};

/// Blocks as a list of extents says, one an axis, where -1 is the whole axis. Throws UserError
/// naming `attribute` for another number of extents, one below 1, or one that does not divide.
Blocks read_blocks(const Dims& dims, const std::vector<int64_t>& extents, const char* attribute);

/// The largest magnitude that a quantized type takes: 448 of FP8, 6 of FP4, 127 of INT8. Throws
/// UserError naming `attribute` for other types.
double largest_step(DataType quantized, const char* attribute);
/// Throws UserError naming `attribute` for a type that stores no scales: not FP8, E8M0 or FLOAT.
void check_scale_type(DataType type, const char* attribute);

/// Rounds elements to steps of a scale a block. A scale is the block's largest magnitude over that
/// of the quantized type, over `double_scale`, rounded to its type: powers of two upwards.
void quantize_blocks(const core::TensorView& from, const Blocks& blocks, double double_scale,
                     const core::TensorView& to, const core::TensorView& scales);
/// An element in steps of `scale`, rounded to the type of `to` and saturated.
void set_step(const core::TensorView& to, int64_t i, double element, double scale);

}  // namespace trtlike::ops
