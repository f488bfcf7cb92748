// A gather of one known index is a slice, which later rules move and the run aliases.
#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/slices.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  if (node.attributes.get_enum<GatherMode>("mode") != GatherMode::Default ||
      node.attributes.get_int("num_elementwise_dims") != 0 || !is_constant(graph, node.inputs[1]) ||
      is_constant(graph, node.inputs[0]))
    return std::nullopt;
  const Dims &x = dims_of(graph, node.inputs[0]), &indices = dims_of(graph, node.inputs[1]);
  const auto elements = ir::constant_elements(graph, node.inputs[1], 1);
  if (!elements || elements->size() != 1 || indices.rank() > 1) return std::nullopt;
  const int64_t given = node.attributes.get_int("axis");
  const int axis = static_cast<int>(given < 0 ? given + x.rank() : given);
  auto index = static_cast<int64_t>(elements->front());
  if (index < 0 && x[axis] < 0) return std::nullopt;
  if (index < 0) index += x[axis];
  if (index < 0 || (x[axis] >= 0 && index >= x[axis])) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  ir::ValueId out =
      patch.add("Slice", node.name, {node.inputs[0]}, slice_attributes({axis, index, 1}));
  if (indices.rank() == 0)
    out = patch.add("Squeeze", node.name, {out}, {{"axes", std::vector<int64_t>{axis}}});
  patch.replace(node.outputs[0], out);
  return patch;
}

}  // namespace

Rule gather_to_slice() {
  return {"gather_to_slice", "Gather(x, 3) -> Slice(x)", "Gather", 35, rewrite};
}

}  // namespace trtlike::optimizer
