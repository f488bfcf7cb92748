// From an optimized graph and the tuner's choices to a plan: values, steps, reformats, packed
// constants.
#pragma once

#include <memory>
#include <vector>

#include "engine/plan.h"
#include "ir/graph.h"
#include "trtlike/builder.h"
#include "tuner/tuner.h"

namespace trtlike::builder {

/// A plan's contents before they are written.
struct Assembly {
  engine::Plan plan;
  std::vector<engine::PlanConstant> constants;
};

/// The tuner's view of the graph. `specialized` are the copies of the graph at each profile's opt
/// shapes, `limits` those at the ends of the profiles.
tuner::TunedGraph make_tuned_graph(const ir::Graph& graph, const std::vector<ir::NodeId>& order,
                                   const std::vector<ir::Graph>& specialized,
                                   const std::vector<ir::Graph>& limits,
                                   const BuilderConfig& config);

/// Steps in `order`, one for each node and each conversion between formats.
Assembly assemble(const ir::Graph& graph, const std::vector<ir::NodeId>& order,
                  const tuner::TunedGraph& tuned, const tuner::Result& result, bool strict,
                  int threads);

}  // namespace trtlike::builder
