// What Quantize and Dequantize share: where the scale of an element is.
#pragma once

#include "ops/broadcast.h"

namespace trtlike::ops {

/// Scales are one for the tensor, one for each index of `axis`, or, when they have the input's
/// rank, one for each block of elements. Throws UserError for other shapes.
void check_scale(const InferArgs& args, const OpDefinition& op);

/// The element of `scale` (checked) for each element of an input of extents `dims`, in row-major
/// order.
class ScaleIndex {
 public:
  ScaleIndex(const Dims& dims, const Dims& scale, int64_t axis);
  int64_t operator()(int64_t element) const;

 private:
  Dims dims_;
  Dims strides_;  ///< of the input
  Dims block_;    ///< elements of each dimension that share a scale
  Dims scale_strides_;
};

}  // namespace trtlike::ops
