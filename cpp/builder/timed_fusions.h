// Fusions that pay only where their kernels are faster than those of what they replace: both forms
// are timed, and the faster one stays.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "trtlike/logger.h"

namespace trtlike::builder {

/// The times of these nodes of a graph, in their order, in ms.
using NodeTimer = std::function<std::vector<double>(const ir::Graph& graph,
                                                    const std::vector<ir::NodeId>& nodes)>;

/// Applies the timed rules to `graph` where the node that they make takes less than those that it
/// replaces. What lies between the replaced nodes counts as cached when it has at most
/// `cache_bytes`. Returns how often each rule fired.
std::map<std::string, int> apply_timed_fusions(ir::Graph& graph, const NodeTimer& timer,
                                               int64_t cache_bytes, Logger* logger);

}  // namespace trtlike::builder
