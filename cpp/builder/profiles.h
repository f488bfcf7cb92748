// Profiles against a network: complete and consistent.
#pragma once

#include <vector>

#include "engine/plan.h"
#include "ir/graph.h"
#include "trtlike/builder.h"

namespace trtlike::builder {

/// Which of a profile's three shapes.
enum class Selector { Min = 0, Opt = 1, Max = 2 };

/// The profiles as the plan keeps them; one implied profile when the network is static and none was
/// given. Throws UserError naming the input that is dynamic and has no range, or whose range
/// contradicts the network.
std::vector<engine::PlanProfile> check_profiles(const ir::Graph& graph,
                                                const BuilderConfig& config);

/// Tells the graph's inputs the smallest extents of all profiles.
void note_least_extents(ir::Graph& graph, const std::vector<engine::PlanProfile>& profiles);

/// True when the profile's shapes and shape-tensor values there are those of its opt.
bool is_at_opt(const engine::PlanProfile& profile, Selector selector);

/// True when the input's elements are needed to compute shapes.
bool is_shape_input(const ir::Graph& graph, ir::ValueId input);

}  // namespace trtlike::builder
