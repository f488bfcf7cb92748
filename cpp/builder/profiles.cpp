// Profile checks.
#include "builder/profiles.h"

#include <algorithm>
#include <set>

#include "core/check.h"
#include "core/shape.h"

namespace trtlike::builder {
namespace {

void check_shape(const ir::Value& input, const std::array<Dims, 3>& range, size_t profile) {
  const Dims& dims = input.type.dims;
  for (const Dims& shape : range) {
    bool fits = shape.rank() == dims.rank();
    for (int i = 0; fits && i < dims.rank(); ++i) fits = dims[i] < 0 || dims[i] == shape[i];
    TRTLIKE_CHECK(fits, "[builder] profile ", profile, ", input '", input.name,
                  "': expected shapes that fit the network's ", dims, ", got ", shape, ".");
  }
}

engine::PlanProfile check_profile(const ir::Graph& graph, const OptimizationProfile& given,
                                  size_t index) {
  engine::PlanProfile profile;
  std::set<std::string> names;
  for (ir::ValueId id : graph.inputs()) {
    const ir::Value& input = graph.value(id);
    names.insert(input.name);
    if (const auto range = given.shape(input.name)) {
      check_shape(input, *range, index);
      profile.shapes[input.name] = *range;
    } else {
      TRTLIKE_CHECK(core::is_static(input.type.dims), "[builder] profile ", index, ", input '",
                    input.name, "': expected a range for its dynamic shape ", input.type.dims,
                    ", got none. Call profile.set_shape for it.");
      profile.shapes[input.name] = {input.type.dims, input.type.dims, input.type.dims};
    }
    if (!is_shape_input(graph, id)) continue;
    const auto values = given.shape_input(input.name);
    TRTLIKE_CHECK(
        values.has_value(), "[builder] profile ", index, ", shape input '", input.name,
        "': expected a range for its elements, got none. Call profile.set_shape_input for it.");
    const auto count = static_cast<size_t>(core::elems(profile.shapes[input.name][1]));
    TRTLIKE_CHECK((*values)[0].size() == count, "[builder] profile ", index, ", shape input '",
                  input.name, "': expected ", count, " elements, got ", (*values)[0].size(), ".");
    profile.shape_values[input.name] = *values;
  }
  const auto check_name = [&](const std::string& name) {
    TRTLIKE_CHECK(names.count(name) != 0, "[builder] profile ", index,
                  ": expected one of the inputs ", core::join(names), ", got '", name, "'.");
  };
  for (const auto& [name, range] : given.shapes()) check_name(name);
  for (const auto& [name, range] : given.shape_inputs()) check_name(name);
  return profile;
}

}  // namespace

bool is_shape_input(const ir::Graph& graph, ir::ValueId input) {
  std::set<ir::ValueId> seen;
  std::vector<ir::ValueId> pending = {input};
  while (!pending.empty()) {
    const ir::ValueId id = pending.back();
    pending.pop_back();
    const ir::Value& value = graph.value(id);
    if (!seen.insert(id).second || !core::is_host_type(value.type.dtype)) continue;
    for (ir::NodeId user : value.users) {
      const ir::Node& node = graph.node(user);
      if (node.op->is_data_dependent) continue;
      for (size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i] == id && node.op->host_inputs.contains(i)) return true;
      if (!node.op->reads_extents_only)
        pending.insert(pending.end(), node.outputs.begin(), node.outputs.end());
    }
  }
  return false;
}

std::vector<engine::PlanProfile> check_profiles(const ir::Graph& graph,
                                                const BuilderConfig& config) {
  std::vector<engine::PlanProfile> out;
  if (config.profiles().empty()) {
    out.push_back(check_profile(graph, OptimizationProfile(), 0));
    return out;
  }
  for (size_t i = 0; i < config.profiles().size(); ++i) {
    TRTLIKE_CHECK(config.profiles()[i] != nullptr, "[builder] profile ", i,
                  ": expected an OptimizationProfile, got none.");
    out.push_back(check_profile(graph, *config.profiles()[i], i));
  }
  return out;
}

void note_least_extents(ir::Graph& graph, const std::vector<engine::PlanProfile>& profiles) {
  for (const ir::ValueId id : graph.inputs()) {
    ir::Value& input = graph.mutable_value(id);
    input.least_extents.clear();
    for (const engine::PlanProfile& profile : profiles) {
      const Dims& least = profile.shapes.at(input.name)[static_cast<size_t>(Selector::Min)];
      input.least_extents.resize(static_cast<size_t>(least.rank()), INT64_MAX);
      for (size_t i = 0; i < input.least_extents.size(); ++i)
        input.least_extents[i] = std::min(input.least_extents[i], least[static_cast<int>(i)]);
    }
  }
}

bool is_at_opt(const engine::PlanProfile& profile, Selector selector) {
  const auto which = static_cast<size_t>(selector), opt = static_cast<size_t>(Selector::Opt);
  const auto is_same = [&](const auto& range) { return range.second[which] == range.second[opt]; };
  return std::all_of(profile.shapes.begin(), profile.shapes.end(), is_same) &&
         std::all_of(profile.shape_values.begin(), profile.shape_values.end(), is_same);
}

}  // namespace trtlike::builder
