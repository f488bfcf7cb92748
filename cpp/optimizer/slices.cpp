// Reading and writing one-axis slices.
#include "optimizer/slices.h"

#include "core/check.h"
#include "optimizer/match.h"

namespace trtlike::optimizer {
namespace {

/// Element `axis` of a list that names only `axes` of the axes (all, when there are none).
std::optional<int64_t> element_for(const std::vector<int64_t>& list,
                                   const std::vector<int64_t>& axes, int axis, int rank) {
  if (list.empty()) return std::nullopt;
  if (axes.empty())
    return static_cast<size_t>(axis) < list.size() ? std::optional(list[static_cast<size_t>(axis)])
                                                   : std::nullopt;
  for (size_t i = 0; i < axes.size() && i < list.size(); ++i)
    if ((axes[i] < 0 ? axes[i] + rank : axes[i]) == axis) return list[i];
  return std::nullopt;
}

}  // namespace

std::optional<AxisSlice> axis_slice(const ir::Graph& graph, ir::NodeId id) {
  if (!is_op(graph, id, "Slice")) return std::nullopt;
  const ir::Node& node = graph.node(id);
  for (size_t i = 1; i < node.inputs.size(); ++i)
    if (node.inputs[i]) return std::nullopt;
  const Dims &in = dims_of(graph, node.inputs[0]), &out = dims_of(graph, node.outputs[0]);
  const auto& axes = node.attributes.get_ints("axes");
  std::optional<AxisSlice> slice;
  for (int i = 0; i < in.rank(); ++i) {
    const auto given = element_for(node.attributes.get_ints("start"), axes, i, in.rank());
    if (!given && !axes.empty()) continue;
    if (in[i] < 0 || out[i] < 0) return std::nullopt;
    int64_t start = given.value_or(0);
    const int64_t stride =
        element_for(node.attributes.get_ints("stride"), axes, i, in.rank()).value_or(1);
    if (start < 0 && node.attributes.get_bool("clamp_ends"))
      start = std::max<int64_t>(0, start + in[i]);
    if (start == 0 && in[i] == out[i] && stride == 1) continue;
    if (slice || stride != 1 || start < 0 || start + out[i] > in[i]) return std::nullopt;
    slice = AxisSlice{i, start, out[i]};
  }
  return slice;
}

ir::AttributeList slice_attributes(const AxisSlice& slice) {
  using Axes = std::vector<int64_t>;
  return {{"start", Axes{slice.start}},
          {"shape", Axes{slice.extent}},
          {"stride", Axes{1}},
          {"axes", Axes{slice.axis}}};
}

}  // namespace trtlike::optimizer
