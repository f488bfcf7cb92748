// The shapes that the graphs inside nodes are tuned at: those that reach them under the profiles of
// the graph around.
#pragma once

#include <vector>

#include "engine/plan.h"
#include "ir/graph.h"

namespace trtlike::builder {

/// One profile for each of `profiles`. `region` is one of the node's; what its inputs are declared
/// to be, and what runs may make of them, is within the ranges. `is_region` says whether `graph` is
/// one itself.
std::vector<engine::PlanProfile> region_profiles(const ir::Graph& graph, ir::NodeId node,
                                                 const ir::Graph& region,
                                                 const std::vector<engine::PlanProfile>& profiles,
                                                 bool is_region);

}  // namespace trtlike::builder
