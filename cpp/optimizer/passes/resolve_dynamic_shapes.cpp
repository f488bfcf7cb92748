// Shapes that are computed at run time, but to what is already known: a reshape to [batch, -1, 4]
// copies an extent, a broadcast to the shape that a tensor has does nothing.
#include <algorithm>
#include <string_view>

#include "core/check.h"
#include "optimizer/match.h"
#include "optimizer/passes/passes.h"
#include "optimizer/shape_probe.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::Node;
using ir::NodeId;
using ir::ValueId;

/// Reshape dimensions that need no input: known elements as they are, extents of the tensor in
/// their place as 0, one other as -1.
std::optional<std::vector<int64_t>> fixed_reshape(const Graph& graph, const Node& node,
                                                  const ShapeProbe& probe) {
  const ValueId x = node.inputs[0], shape = node.inputs[1];
  const Dims& dims = dims_of(graph, shape);
  if (!node.attributes.get_bool("zero_is_placeholder") ||
      !node.attributes.get_ints("first_transpose").empty() || dims.rank() != 1 || dims[0] < 0)
    return std::nullopt;
  const ops::HostValue& host = graph.value(shape).host;
  std::vector<int64_t> out;
  int wildcards = 0;
  for (int64_t i = 0; i < dims[0]; ++i) {
    const auto element = static_cast<size_t>(i);
    const int64_t known = host ? (*host)[element] : ops::kUnknownElement;
    const bool copies =
        known == ops::kUnknownElement && probe.is_extent(shape, element, x, static_cast<int>(i));
    out.push_back(copies ? 0 : known == ops::kUnknownElement ? -1 : known);
    wildcards += out.back() == -1 ? 1 : 0;
  }
  return wildcards <= 1 ? std::optional(out) : std::nullopt;
}

bool resolve_reshape(Graph& graph, NodeId id, const ShapeProbe& probe) {
  const Node& node = graph.node(id);
  if (std::string_view(node.op->name) != "Shuffle" || !has_input(node, 1)) return false;
  const auto dims = fixed_reshape(graph, node, probe);
  if (!dims) return false;
  graph.set_attribute(id, "has_reshape", true);
  graph.set_attribute(id, "reshape_dims", *dims);
  graph.set_input(id, 1, {});
  return true;
}

/// The elements of a host input or, without one, of the attribute.
std::optional<std::vector<int64_t>> host_list(const Node& node, size_t input, const char* attribute,
                                              const ShapeProbe& probe, size_t choice) {
  if (!has_input(node, input)) return node.attributes.get_ints(attribute);
  const ops::HostValue& host = probe.host(node.inputs[input], choice);
  if (!host || std::count(host->begin(), host->end(), ops::kUnknownElement) > 0)
    return std::nullopt;
  return host;
}

/// True when at each choice the slice starts at 0 and steps by 1 wherever there is a second
/// element.
bool takes_everything(const Node& node, const ShapeProbe& probe) {
  for (size_t choice = 0; choice < probe.num_choices(); ++choice) {
    const auto start = host_list(node, 1, "start", probe, choice),
               stride = host_list(node, 3, "stride", probe, choice),
               axes = host_list(node, 5, "axes", probe, choice);
    if (!start || !stride || !axes || !axes->empty()) return false;
    const Dims& dims = probe.dims(node.inputs[0], choice);
    for (const int64_t first : *start)
      if (first != 0) return false;
    for (size_t i = 0; i < stride->size(); ++i)
      if ((*stride)[i] != 1 && dims[static_cast<int>(i)] != 1) return false;
  }
  return true;
}

bool resolve_slice(Graph& graph, NodeId id, const ShapeProbe& probe) {
  const Node& node = graph.node(id);
  if (std::string_view(node.op->name) != "Slice" || graph.value(node.outputs[0]).is_output)
    return false;
  if (!probe.have_equal_dims(node.inputs[0], node.outputs[0]) || !takes_everything(node, probe))
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
      if (node.inputs[i] && (node.op->host_inputs >> i & 1u) != 0) return true;
    return false;
  };
  const std::vector<NodeId> order = graph.topological_order();
  if (std::none_of(order.begin(), order.end(), has_host_input)) return 0;
  const ShapeProbe probe(graph);
  if (!probe.is_usable()) return 0;
  int changes = 0;
  for (const NodeId id : order)
    if (has_host_input(id) &&
        (resolve_reshape(graph, id, probe) || resolve_slice(graph, id, probe)))
      ++changes;
  if (changes > 0) graph.infer_all();
  return changes;
}

}  // namespace trtlike::optimizer
