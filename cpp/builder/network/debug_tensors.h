// Debug tensors of a network under construction: kept by the optimizer as outputs are, and handed
// to listeners instead of callers.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "ir/network_state.h"
#include "trtlike/logger.h"

namespace trtlike::builder {

struct DebugTensors {
  std::vector<std::string> names;
  /// Outputs of the graph that are none of the network.
  std::set<std::string> unbound;
  bool unfused = false;
};

/// Before regions are formed: what takes the place of a debug tensor will be known by its name.
void note_debug_tensors(const NetworkState& network, ir::Graph& graph);
/// Marks those of the network's debug tensors that are neither inputs nor outputs as outputs of
/// `graph`, where they have been noted and which has its regions: what is inside of one is left
/// out, with a warning.
DebugTensors mark_debug_tensors(const NetworkState& network, ir::Graph& graph, Logger* logger);

}  // namespace trtlike::builder
