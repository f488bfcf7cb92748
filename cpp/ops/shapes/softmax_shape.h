// The axis of a Softmax node.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// The axis of the mask "axes"; for an empty mask TensorRT's default, the third axis from the back.
/// Throws UserError for a mask of several axes.
int softmax_axis(const Attributes& attributes, const Dims& input);

}  // namespace trtlike::ops
