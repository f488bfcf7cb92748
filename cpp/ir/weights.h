// From the API's Weights to the graph's constants.
#pragma once

#include <string>

#include "ir/graph.h"

namespace trtlike::ir {

/// The elements of `weights`, shared with their owner or, without one, with the caller. Throws
/// UserError naming `where` when their count is not that of `dims`.
ConstantData share_weights(const std::string& where, const Dims& dims, const Weights& weights);

/// Bytes as truth values: the same data where all are 0 or 1, else a copy with 1 for any other.
ConstantData with_truth_values(const ConstantData& data);

}  // namespace trtlike::ir
