// Names, ranges, and the sentences about them.
#include "runtime/bindings.h"

#include <map>
#include <string_view>

#include "core/check.h"
#include "core/shape.h"

namespace trtlike::runtime {

int find_binding(const engine::Plan& plan, const std::string& name) {
  for (size_t i = 0; i < plan.bindings.size(); ++i)
    if (plan.bindings[i].name == name) return static_cast<int>(i);
  return -1;
}

int get_binding(const engine::Plan& plan, const std::string& name) {
  const int binding = find_binding(plan, name);
  if (binding >= 0) return binding;
  std::vector<std::string> names;
  for (const engine::PlanBinding& b : plan.bindings) names.push_back(core::str("'", b.name, "'"));
  throw UserError(core::str("[runtime] tensor name: expected one of ", core::join(names), ", got '",
                            name, "'."));
}

const engine::PlanValue& binding_value(const engine::Plan& plan, int binding) {
  return plan.values[static_cast<size_t>(plan.bindings[static_cast<size_t>(binding)].value)];
}

kernels::TensorDesc binding_desc(const engine::Plan& plan, int binding, const Dims& dims) {
  return binding_value(plan, binding).desc(dims);
}

int num_profiles(const engine::Plan& plan) {
  return std::max(1, static_cast<int>(plan.profiles.size()));
}

void check_profile(const engine::Plan& plan, int profile) {
  TRTLIKE_CHECK(profile >= 0 && profile < num_profiles(plan),
                "[runtime] optimization profile: expected an index from 0 to ",
                num_profiles(plan) - 1, ", got ", profile, ".");
}

std::array<Dims, 3> profile_shape(const engine::Plan& plan, int binding, int profile) {
  const Dims& dims = binding_value(plan, binding).dims;
  if (plan.profiles.empty()) return {dims, dims, dims};
  const auto& shapes = plan.profiles[static_cast<size_t>(profile)].shapes;
  const auto found = shapes.find(plan.bindings[static_cast<size_t>(binding)].name);
  return found == shapes.end() ? std::array<Dims, 3>{dims, dims, dims} : found->second;
}

std::array<std::vector<int64_t>, 3> profile_values(const engine::Plan& plan, int binding,
                                                   int profile) {
  if (plan.profiles.empty()) return {};
  const auto& values = plan.profiles[static_cast<size_t>(profile)].shape_values;
  const auto found = values.find(plan.bindings[static_cast<size_t>(binding)].name);
  return found == values.end() ? std::array<std::vector<int64_t>, 3>{} : found->second;
}

void check_input_shape(const engine::Plan& plan, int binding, int profile, const Dims& shape) {
  const engine::PlanBinding& b = plan.bindings[static_cast<size_t>(binding)];
  const Dims& dims = binding_value(plan, binding).dims;
  TRTLIKE_CHECK(b.mode == TensorIOMode::Input, "[runtime] tensor '", b.name,
                "': expected an input, got an output. The shapes of outputs follow from inputs.");
  TRTLIKE_CHECK(shape.rank() == dims.rank(), "[runtime] tensor '", b.name, "': expected rank ",
                dims.rank(), " as in ", dims, ", got ", shape, ".");
  const std::array<Dims, 3> range = profile_shape(plan, binding, profile);
  for (int i = 0; i < dims.rank(); ++i) {
    TRTLIKE_CHECK(shape[i] >= 0, "[runtime] tensor '", b.name, "', dimension ", i,
                  ": expected a value of at least 0, got ", shape[i], ".");
    TRTLIKE_CHECK(dims[i] < 0 || shape[i] == dims[i], "[runtime] tensor '", b.name, "', dimension ",
                  i, ": expected ", dims[i], ", got ", shape[i], ".");
    TRTLIKE_CHECK(range[0][i] < 0 || (shape[i] >= range[0][i] && shape[i] <= range[2][i]),
                  "[runtime] tensor '", b.name, "', dimension ", i, ": expected a value in [",
                  range[0][i], ", ", range[2][i], "], got ", shape[i], ".");
  }
}

void check_named_extents(const engine::Plan& plan, const std::vector<Dims>& shapes) {
  struct Place {
    size_t binding;
    int64_t extent;
  };
  std::map<std::string_view, Place> places;
  for (size_t b = 0; b < plan.bindings.size(); ++b) {
    const engine::PlanBinding& binding = plan.bindings[b];
    if (binding.mode != TensorIOMode::Input) continue;
    for (int i = 0; i < shapes[b].rank(); ++i) {
      const auto at = static_cast<size_t>(i);
      if (at >= binding.dimension_names.size() || binding.dimension_names[at].empty() ||
          shapes[b][i] < 0)
        continue;
      const auto [first, is_new] =
          places.try_emplace(binding.dimension_names[at], Place{b, shapes[b][i]});
      TRTLIKE_CHECK(is_new || first->second.extent == shapes[b][i], "[runtime] tensor '",
                    binding.name, "', dimension ", i, " '", first->first, "': expected ",
                    first->second.extent, " as in tensor '",
                    plan.bindings[first->second.binding].name, "', got ", shapes[b][i],
                    ". Dimensions of one name are equal.");
    }
  }
}

void check_input_values(const engine::Plan& plan, int binding, int profile,
                        const std::vector<int64_t>& values) {
  const std::array<std::vector<int64_t>, 3> range = profile_values(plan, binding, profile);
  for (size_t i = 0; i < values.size() && i < range[0].size(); ++i)
    TRTLIKE_CHECK(values[i] >= range[0][i] && values[i] <= range[2][i], "[runtime] tensor '",
                  plan.bindings[static_cast<size_t>(binding)].name, "', element ", i,
                  ": expected a value in [", range[0][i], ", ", range[2][i], "], got ", values[i],
                  ".");
}

}  // namespace trtlike::runtime
