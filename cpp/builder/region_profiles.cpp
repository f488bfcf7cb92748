// Profiles of regions.
#include "builder/region_profiles.h"

#include <array>

#include "core/check.h"
#include "ops/host_values.h"

namespace trtlike::builder {
namespace {

/// The graph at one end of a profile; nothing where that end is no limit.
std::optional<Specialized> at_end(const ir::Graph& graph, const engine::PlanProfile& profile,
                                  Selector end, bool is_region) {
  if (is_region) return specialize_region(graph, profile, end);
  if (end == Selector::Opt) return specialize(graph, profile, end);
  try {
    return specialize(graph, profile, end);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The operand of the node that a region's input is; none for the number of the turn.
ir::ValueId outer_operand(const ir::Node& node, size_t i) {
  const bool is_turn = i == 0 && node.op->regions == ops::Regions::Turns;
  return is_turn ? ir::ValueId{} : node.inputs[i + 1];
}

/// Extents that fit the declared ones: those of the operand, else likely ones.
Dims fit(const Dims& declared, const Dims* operand) {
  Dims out = declared;
  for (int axis = 0; axis < out.rank(); ++axis) {
    if (out[axis] >= 0) continue;
    const bool is_told =
        operand != nullptr && operand->rank() == out.rank() && (*operand)[axis] >= 0;
    out[axis] = is_told ? (*operand)[axis] : kLikelyExtent;
  }
  return out;
}

bool is_ordered(const std::array<Dims, 3>& range) {
  for (int axis = 0; axis < range[1].rank(); ++axis)
    if (range[0][axis] > range[1][axis] || range[1][axis] > range[2][axis]) return false;
  return true;
}

}  // namespace

RegionProfiles::RegionProfiles(const ir::Graph& graph,
                               const std::vector<engine::PlanProfile>& profiles, bool is_region)
    : graph_(graph) {
  for (const engine::PlanProfile& profile : profiles) {
    ends_.emplace_back();
    for (size_t e = 0; e < ends_.back().size(); ++e)
      ends_.back()[e] = at_end(graph, profile, Selector(e), is_region);
  }
}

std::vector<engine::PlanProfile> RegionProfiles::of(ir::NodeId id, const ir::Graph& region) const {
  const ir::Node& node = graph_.node(id);
  std::vector<engine::PlanProfile> out;
  for (const auto& ends : ends_) {
    engine::PlanProfile inside;
    for (size_t i = 0; i < region.inputs().size(); ++i) {
      const ir::ValueId input = region.inputs()[i], operand = outer_operand(node, i);
      const ir::Value& value = region.value(input);
      std::array<Dims, 3>& range = inside.shapes[value.name];
      for (size_t e = 0; e < ends.size(); ++e)
        range[e] = fit(value.type.dims,
                       operand && ends[e] ? &ends[e]->graph.value(operand).type.dims : nullptr);
      if (!is_ordered(range)) range = {range[1], range[1], range[1]};
      if (!is_shape_input(region, input)) continue;
      // What the elements range over is not known: they are what they likely are.
      range = {range[1], range[1], range[1]};
      if (!operand) continue;
      const ops::HostValue& host =
          ends[static_cast<size_t>(Selector::Opt)]->graph.value(operand).host;
      if (ops::is_known(host)) inside.shape_values[value.name].fill(*host);
    }
    out.push_back(std::move(inside));
  }
  return out;
}

}  // namespace trtlike::builder
