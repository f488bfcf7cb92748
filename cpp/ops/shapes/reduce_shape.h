// What a Reduce node computes: its attributes resolved for an input's extents.
#pragma once

#include <vector>

#include "ops/op.h"

namespace trtlike::ops {

/// No elements give 0 (sum), 1 (product), the least (maximum) or largest value (minimum) of the
/// type, NaN (mean of floats) or 0 (mean of integers, which else rounds towards zero). Maximum and
/// minimum keep NaNs.
struct ReduceShape {
  ReduceOperation operation = ReduceOperation::Sum;
  std::vector<int> axes;
  Dims kept;    ///< the input's extents with 1 for every reduced axis
  Dims output;  ///< the same, without the reduced axes unless they are kept
};

/// Throws UserError for attributes that do not fit. Extents may be -1.
ReduceShape reduce_shape(const Attributes& attributes, const Dims& input);

}  // namespace trtlike::ops
