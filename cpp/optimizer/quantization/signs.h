// Which tensors hold no negative numbers.
#pragma once

#include "ir/graph.h"

namespace trtlike::optimizer {

/// True where the ops say that no element is below 0; NaN may be there.
bool is_non_negative(const ir::Graph& graph, ir::ValueId id);

}  // namespace trtlike::optimizer
