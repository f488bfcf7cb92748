// What a DeformConv node computes: its attributes resolved for extents. Shared by the op definition
// and the kernel.
#pragma once

#include "ops/shapes/window.h"

namespace trtlike::ops {

struct DeformConvShape {
  Window window;
  int64_t batch, channels, maps, groups, offset_groups;

  int64_t taps() const { return window.kernel[1] * window.kernel[2]; }
};

/// Throws UserError for attributes and extents that do not fit.
DeformConvShape deform_conv_shape(const Attributes& attributes, const Dims& x, const Dims& kernel);

}  // namespace trtlike::ops
