// Finding a plan's bindings by name, and the ranges that profiles give them.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/plan.h"

namespace trtlike::runtime {

/// -1 when there is none of that name.
int find_binding(const engine::Plan& plan, const std::string& name);
/// Throws UserError that lists the names there are.
int get_binding(const engine::Plan& plan, const std::string& name);
/// The value behind a binding.
const engine::PlanValue& binding_value(const engine::Plan& plan, int binding);

/// How the caller's memory of a binding lies at the given extents.
kernels::TensorDesc binding_desc(const engine::Plan& plan, int binding, const Dims& dims);

/// A plan without profiles has one that is implied.
int num_profiles(const engine::Plan& plan);
/// Throws UserError when there is no such profile.
void check_profile(const engine::Plan& plan, int profile);
/// min, opt, max of an input; extents of -1 where the profile says nothing.
std::array<Dims, 3> profile_shape(const engine::Plan& plan, int binding, int profile);
/// min, opt, max of a shape tensor's elements; empty where the profile says nothing.
std::array<std::vector<int64_t>, 3> profile_values(const engine::Plan& plan, int binding,
                                                   int profile);
/// Throws UserError naming tensor, dimension, range and value when the input cannot have the shape
/// in the profile.
void check_input_shape(const engine::Plan& plan, int binding, int profile, const Dims& shape);
/// Throws UserError naming both tensors when dimensions of one name have different extents. Unknown
/// ones fit any other. `shapes` are those of all bindings; outputs are not looked at.
void check_named_extents(const engine::Plan& plan, const std::vector<Dims>& shapes);
/// check_input_shape for the elements of a shape tensor.
void check_input_values(const engine::Plan& plan, int binding, int profile,
                        const std::vector<int64_t>& values);

}  // namespace trtlike::runtime
