// How many arithmetic operations an op performs: what a time is compared with.
#pragma once

#include <span>

#include "ops/op.h"

namespace trtlike::ops {

/// Multiplications and additions of the direct algorithm, whatever a tactic makes of it; one for
/// each element of an element-wise operation; 0 for ops that only move elements. All extents must
/// be known.
int64_t count_operations(const OpDefinition& op, const Attributes& attributes,
                         std::span<const TensorType> inputs, std::span<const TensorType> outputs);

}  // namespace trtlike::ops
