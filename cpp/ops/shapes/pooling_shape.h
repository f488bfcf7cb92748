// What a Pooling node computes: its attributes resolved for an input's extents. Shared by the op
// definition and the kernels.
#pragma once

#include "ops/shapes/window.h"

namespace trtlike::ops {

/// The part of a window along one axis that lies on the input: `count` elements from `begin`, a
/// dilation apart; `padded_count` counts the caller's padding too.
struct WindowRange {
  int64_t begin = 0;
  int64_t count = 0;
  int64_t padded_count = 0;
};

/// A window that lies on padding only has the maximum -infinity and the mean 0.
struct PoolingShape {
  PoolingType type = PoolingType::Max;
  Window window;
  double blend = 0;
  bool excludes_padding = true;
  int64_t batch = 1;
  int64_t channels = 1;

  /// The output's extents for an input of this rank.
  Dims output(int rank) const;
  WindowRange range(int axis, int64_t output_index) const;
};

/// What a node has that pooling_shape reads.
std::vector<AttributeSpec> pooling_attributes();
/// Throws UserError for attributes and extents that do not fit.
PoolingShape pooling_shape(const Attributes& attributes, const Dims& input);
/// Elements of windows at all outputs.
int64_t count_pooled(const InferArgs& args);

}  // namespace trtlike::ops
