// From an optimized graph and the tuner's choices to a plan: values, steps, reformats, packed
// constants.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "builder/network/debug_tensors.h"
#include "builder/refit/refit.h"
#include "engine/plan.h"
#include "ir/graph.h"
#include "trtlike/builder.h"
#include "tuner/tuner.h"

namespace trtlike::builder {

/// The constants section of a plan under construction, which its regions share.
class ConstantSection {
 public:
  engine::BlobRange add(std::shared_ptr<const void> data, size_t bytes);
  /// The same for what follows from weights, stored as `desc` says.
  engine::BlobRange add(std::shared_ptr<const void> data, const ir::Constant& source,
                        const kernels::TensorDesc& desc);
  /// Once all is in: puts what follows from weights behind the rest, and says in the plan how it
  /// does.
  std::vector<engine::PlanConstant> finish(engine::Plan& plan, const WeightsUses& uses);

 private:
  struct Source {
    ir::Constant constant;
    kernels::TensorDesc desc;
    engine::PlanConstant stored;
  };

  std::vector<engine::PlanConstant> constants_;
  std::vector<Source> sources_;
  uint64_t end_ = 0;
  uint64_t sources_end_ = 0;
};

/// The tuner's view of the graph. `specialized` are the copies of the graph at each profile's opt
/// shapes, `limits` those at the ends of the profiles.
tuner::TunedGraph make_tuned_graph(const ir::Graph& graph, const std::vector<ir::NodeId>& order,
                                   const std::vector<ir::Graph>& specialized,
                                   const std::vector<ir::Graph>& limits,
                                   const BuilderConfig& config);

/// Steps in `order`, one for each node and each conversion between formats. Steps of nodes with
/// regions have none yet. Outputs that are there for `debug` alone get no binding.
engine::Plan assemble(const ir::Graph& graph, const std::vector<ir::NodeId>& order,
                      const tuner::TunedGraph& tuned, const tuner::Result& result, bool strict,
                      int threads, ConstantSection& constants, const DebugTensors& debug = {});

}  // namespace trtlike::builder
