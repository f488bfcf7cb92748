// Shapes that are computed at run time, but to what is already known: a reshape to [batch, -1, 4]
// copies an extent, a broadcast to the shape that a tensor has does nothing.
#include <algorithm>
#include <string_view>

#include "core/check.h"
#include "optimizer/extents.h"
#include "optimizer/match.h"
#include "optimizer/passes/passes.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::Node;
using ir::NodeId;
using ir::ValueId;

/// Reshape dimensions that need no input: known elements as they are, extents of the tensor in
/// their place as 0, one other as -1.
std::optional<std::vector<int64_t>> fixed_reshape(const Graph& graph, const Node& node,
                                                  Extents& extents) {
  const ValueId x = node.inputs[0], shape = node.inputs[1];
  const Dims& dims = dims_of(graph, shape);
  if (!node.attributes.get_bool("zero_is_placeholder") ||
      !node.attributes.get_ints("first_transpose").empty() || dims.rank() != 1 || dims[0] < 0)
    return std::nullopt;
  const int rank = dims_of(graph, x).rank();
  std::vector<int64_t> out;
  for (int i = 0; i < static_cast<int>(dims[0]); ++i) {
    const Extents::Id element = extents.element(shape, i);
    const auto known = extents.expressions().constant_value(element);
    const bool copies = !known && i < rank && element == extents.extent(x, i);
    out.push_back(copies ? 0 : known.value_or(-1));
  }
  return std::count(out.begin(), out.end(), -1) <= 1 ? std::optional(out) : std::nullopt;
}

bool resolve_reshape(Graph& graph, NodeId id, Extents& extents) {
  const Node& node = graph.node(id);
  if (std::string_view(node.op->name) != "Shuffle" || !has_input(node, 1)) return false;
  const auto dims = fixed_reshape(graph, node, extents);
  if (!dims) return false;
  graph.set_attribute(id, "has_reshape", true);
  graph.set_attribute(id, "reshape_dims", *dims);
  graph.set_input(id, 1, {});
  return true;
}

/// True when the slice starts at 0 and steps by 1 wherever there is a second element.
bool takes_everything(const Node& node, Extents& extents) {
  Expressions& expressions = extents.expressions();
  const auto start = extents.list(node, 1, "start"), stride = extents.list(node, 3, "stride");
  if (has_input(node, 5) || !node.attributes.get_ints("axes").empty() || start.empty() ||
      (has_input(node, 3) && stride.empty()))
    return false;
  for (const Extents::Id first : start)
    if (expressions.constant_value(first) != 0) return false;
  const Extents::Id one = expressions.constant(1);
  for (size_t i = 0; i < stride.size(); ++i) {
    const Extents::Id in = extents.extent(node.inputs[0], static_cast<int>(i));
    // 0 where there is one element only: how a broadcast is written.
    const Extents::Id repeats = expressions.minimum(expressions.subtract(in, one), one);
    if (stride[i] != one && stride[i] != repeats && in != one) return false;
  }
  return true;
}

bool resolve_slice(Graph& graph, NodeId id, Extents& extents) {
  const Node& node = graph.node(id);
  if (std::string_view(node.op->name) != "Slice" || graph.value(node.outputs[0]).is_output)
    return false;
  if (!extents.have_equal_dims(node.inputs[0], node.outputs[0]) || !takes_everything(node, extents))
    return false;
  graph.replace_uses(node.outputs[0], node.inputs[0]);
  graph.remove_node(id);
  return true;
}

}  // namespace

int resolve_dynamic_shapes(Graph& graph) {
  const auto has_host_input = [&](NodeId id) {
    const Node& node = graph.node(id);
    for (size_t i = 0; i < node.inputs.size() && i < 32; ++i)
      if (node.inputs[i] && node.op->host_inputs.contains(i)) return true;
    return false;
  };
  const std::vector<NodeId> order = graph.topological_order();
  if (std::none_of(order.begin(), order.end(), has_host_input)) return 0;
  Extents extents(graph);
  int changes = 0;
  for (const NodeId id : order)
    if (has_host_input(id) &&
        (resolve_reshape(graph, id, extents) || resolve_slice(graph, id, extents)))
      ++changes;
  if (changes > 0) graph.infer_all();
  return changes;
}

}  // namespace trtlike::optimizer
