// The geometry of Gather: what its shape rule, reference and kernels share.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// Default: out[b, outer, i..., inner] = data[b, outer, indices[b, i...], inner] where b runs over
/// the num_elementwise_dims leading extents, and `axis` lies after them.
/// Element: out[i...] = data[i... with the index on `axis` replaced by indices[i...]].
/// Nd: out[b, i..., rest] = data[b, indices[b, i..., :], rest].
/// An index below zero counts from the back. One that is outside then ends the run.
struct GatherShape {
  GatherMode mode = GatherMode::Default;
  int axis = 0;
  int batch_dims = 0;
  Dims output;
};

/// Throws UserError for operands that do not fit together, naming both shapes.
GatherShape gather_shape(const Attributes& attributes, const Dims& data, const Dims& indices);

}  // namespace trtlike::ops
