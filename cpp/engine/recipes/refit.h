// A loaded plan with other weights, and its bytes with or without them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/loaded_plan.h"

namespace trtlike::engine {

/// Indices of the weights that must be given too where these are: those that constants follow from
/// together. All that there are for a plan that lacks its constants. Sorted, without those given.
std::vector<size_t> missing_weights(const LoadedPlan& loaded, const std::vector<bool>& given);

/// The plan with the constants that follow from `weights` computed anew: dense elements, one
/// pointer for each of the plan's weights, null for those that are not given. None is missing. With
/// `validates`, throws UserError naming weights that do not fit the type that they are stored in.
/// Throws PlanError where recipes do not compute what the plan says.
std::shared_ptr<const LoadedPlan> refit(const LoadedPlan& loaded,
                                        std::span<const void* const> weights, bool validates);

enum class Serialized {
  AsItIs,
  WithoutWeights,  ///< it runs once it is refitted
  WithoutRecipes,  ///< it cannot be refitted
};
/// The plan as bytes again, with the constants as they are now. A plan that lacks its weights or
/// has no recipes is as it is.
std::shared_ptr<HostMemory> serialize(const LoadedPlan& loaded, Serialized how);

}  // namespace trtlike::engine
