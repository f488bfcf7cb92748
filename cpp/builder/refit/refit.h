// What of a network's weights a plan can be given anew, as flags and marks have it, and how the
// constants of the plan follow from them.
#pragma once

#include <map>
#include <vector>

#include "engine/recipes/plan_recipes.h"
#include "ir/recipe.h"
#include "trtlike/builder_config.h"
#include "trtlike/logger.h"

namespace trtlike {

class NetworkState;

namespace builder {

/// Layers of the network that have weights as their own.
struct WeightsUses {
  std::map<const ir::NamedWeights*, std::vector<engine::PlanWeights::Use>> by_weights;
  /// Other elements than those of the build are refused.
  bool are_identical = false;
};

/// True where weights are left out of the plan.
bool strips_weights(const BuilderConfig& config);

/// Gives constants of `graph`, a copy of the network's without changes, their recipes, or takes
/// them away where they stay as they are. Throws UserError for marked weights that cannot be
/// refitted.
WeightsUses note_weights(ir::Graph& graph, const NetworkState& network,
                         const BuilderConfig& config);

/// Takes recipes from weights of which an INT8 build by ranges reads the elements, with a warning.
void keep_quantizable_weights(ir::Graph& graph, Logger* logger);

}  // namespace builder
}  // namespace trtlike
