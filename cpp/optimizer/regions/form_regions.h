// Loops and conditionals of a network, which are flat between the layers that mark their ends,
// become nodes with graphs of their own.
#pragma once

#include "ir/graph.h"

namespace trtlike::optimizer {

/// Before everything else: no other pass knows the layers at the ends. Throws UserError naming the
/// loop or conditional that is not complete, or whose insides are read from outside.
void form_regions(ir::Graph& graph);

}  // namespace trtlike::optimizer
