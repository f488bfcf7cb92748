// What a Normalization node computes, resolved for its operands' extents. Shared by the op
// definition and the kernels.
#pragma once

#include <vector>

#include "ops/op.h"

namespace trtlike::ops {

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, with mean and variance over all
/// elements that share an index of `kept`; simplified: y = x / sqrt(mean of squares + epsilon) *
/// scale + bias. With several groups the input is seen as [N, groups, C / groups, ...] and the
/// channels of a group are normalized together.
struct NormalizationShape {
  Dims view;  ///< the input's extents, channels split into groups where there are several
  Dims kept;  ///< view with 1 for every normalized axis
  int64_t groups = 1;
  double epsilon = 1e-5;
  bool simplified = false;
  /// Element strides of scale and bias along `view`; rank -1 where absent.
  Dims scale_strides = Dims::unknown_rank();
  Dims bias_strides = Dims::unknown_rank();
};

/// Needs known extents, and operands that `infer` takes.
NormalizationShape normalization_shape(const Attributes& attributes, const Dims& input,
                                       const Dims& scale, const Dims& bias);

}  // namespace trtlike::ops
