// The shapes that the graphs inside nodes are tuned at: those that reach them under the profiles of
// the graph around.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "builder/profiles.h"
#include "builder/specialize.h"
#include "engine/plan.h"
#include "ir/graph.h"

namespace trtlike::builder {

/// Of all regions of one graph, which stays there.
class RegionProfiles {
 public:
  /// `is_region` says whether `graph` is one itself.
  RegionProfiles(const ir::Graph& graph, const std::vector<engine::PlanProfile>& profiles,
                 bool is_region);

  /// One profile for each of the graph's. `region` is one of the node's; what its inputs are
  /// declared to be, and what runs may make of them, is within the ranges.
  std::vector<engine::PlanProfile> of(ir::NodeId node, const ir::Graph& region) const;

 private:
  const ir::Graph& graph_;
  /// By profile: the graph at its ends, where these are limits.
  std::vector<std::array<std::optional<Specialized>, 3>> ends_;
};

}  // namespace trtlike::builder
