// Profiles of regions.
#include "builder/region_profiles.h"

#include <algorithm>
#include <optional>

#include "builder/profiles.h"
#include "builder/specialize.h"
#include "core/check.h"

namespace trtlike::builder {
namespace {

/// Where nothing tells how large an extent may be.
constexpr int64_t kLikelyExtent = 64;

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
  if (node.op->regions == ops::Regions::Branches) return node.inputs[i + 1];
  return i == 0 ? ir::ValueId{} : node.inputs[i + 1];
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

/// The elements where the graph around knows them all.
std::optional<std::vector<int64_t>> known_elements(const ir::Graph& at, ir::ValueId operand) {
  if (!operand || !at.value(operand).host) return std::nullopt;
  const std::vector<int64_t>& host = *at.value(operand).host;
  const bool is_known = std::find(host.begin(), host.end(), ops::kUnknownElement) == host.end();
  return is_known ? std::optional(host) : std::nullopt;
}

}  // namespace

std::vector<engine::PlanProfile> region_profiles(const ir::Graph& graph, ir::NodeId id,
                                                 const ir::Graph& region,
                                                 const std::vector<engine::PlanProfile>& profiles,
                                                 bool is_region) {
  const ir::Node& node = graph.node(id);
  std::vector<engine::PlanProfile> out;
  for (const engine::PlanProfile& profile : profiles) {
    std::array<std::optional<Specialized>, 3> ends;
    for (size_t e = 0; e < ends.size(); ++e)
      ends[e] = at_end(graph, profile, Selector(e), is_region);
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
      const ir::Graph& opt = ends[static_cast<size_t>(Selector::Opt)]->graph;
      if (const auto known = known_elements(opt, operand))
        inside.shape_values[value.name].fill(*known);
    }
    out.push_back(std::move(inside));
  }
  return out;
}

}  // namespace trtlike::builder
