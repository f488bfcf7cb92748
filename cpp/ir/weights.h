// From the API's Weights to the graph's constants.
#pragma once

#include <string>

#include "ir/graph.h"

namespace trtlike::ir {

/// The elements of `weights`, shared with their owner or, without one, with the caller. Throws
/// UserError naming `where` when their count is not that of `dims`.
ConstantData share_weights(const std::string& where, const Dims& dims, const Weights& weights);

}  // namespace trtlike::ir
