// Known host inputs become attributes.
#include <algorithm>

#include "core/check.h"
#include "optimizer/passes/passes.h"

namespace trtlike::optimizer {
namespace {

bool is_known(const ops::HostValue& host) {
  return host && std::find(host->begin(), host->end(), ops::kUnknownElement) == host->end();
}

/// True when the node still infers the types that it has.
bool still_infers(const ir::Graph& graph, const ir::Node& node, const ops::Attributes& attributes,
                  size_t without) {
  std::vector<ops::TensorType> types, outputs;
  std::vector<ops::HostValue> host;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const bool absent = i == without || !node.inputs[i];
    types.push_back(absent ? ops::TensorType{} : graph.value(node.inputs[i]).type);
    host.push_back(absent ? std::nullopt : graph.value(node.inputs[i]).host);
  }
  try {
    ops::infer(*node.op, attributes, types, host, outputs);
  } catch (const Error&) {
    return false;
  }
  for (size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i] != graph.value(node.outputs[i]).type) return false;
  return true;
}

/// Reshape dimensions for Shuffle: with one element that is not known, a wildcard stands for it.
std::optional<std::vector<int64_t>> reshape_dims(const ops::HostValue& host) {
  if (!host) return std::nullopt;
  std::vector<int64_t> dims = *host;
  if (std::count(dims.begin(), dims.end(), ops::kUnknownElement) > 1) return std::nullopt;
  if (!is_known(host) && std::count(dims.begin(), dims.end(), -1) > 0) return std::nullopt;
  std::replace(dims.begin(), dims.end(), ops::kUnknownElement, int64_t{-1});
  return dims;
}

/// The node's attributes with input `index` as one of them; nothing when there is no such attribute
/// or the elements are not known.
std::optional<ops::Attributes> with_input_as_attribute(const ir::Graph& graph, const ir::Node& node,
                                                       size_t index) {
  const std::string_view name = node.op->inputs[index].name;
  const ops::HostValue& host = graph.value(node.inputs[index]).host;
  ops::Attributes attributes = node.attributes;
  if (name == "reshape_dims") {
    const auto dims = reshape_dims(host);
    if (!dims) return std::nullopt;
    attributes.set("has_reshape", true);
    attributes.set("reshape_dims", *dims);
    return attributes;
  }
  const AttributeValue* old_value = attributes.find(name);
  if (old_value == nullptr || !is_known(host)) return std::nullopt;
  const ops::AttributeKind kind = ops::kind_of(*old_value);
  if (kind == ops::AttributeKind::Ints) {
    attributes.set(name, *host);
  } else if (kind == ops::AttributeKind::Int && host->size() == 1) {
    attributes.set(name, host->front());
  } else {
    return std::nullopt;
  }
  return attributes;
}

int absorb_node(ir::Graph& graph, ir::NodeId id) {
  int changes = 0;
  const ir::Node& node = graph.node(id);
  const size_t count = std::min(node.inputs.size(), node.op->inputs.size());
  for (size_t i = 0; i < count; ++i) {
    if (!node.inputs[i] || !node.op->host_inputs.contains(i) || !node.op->inputs[i].optional)
      continue;
    const auto attributes = with_input_as_attribute(graph, node, i);
    if (!attributes || !still_infers(graph, node, *attributes, i)) continue;
    for (const auto& [name, value] : attributes->items()) graph.set_attribute(id, name, value);
    graph.set_input(id, static_cast<int>(i), {});
    ++changes;
  }
  return changes;
}

}  // namespace

int absorb_shape_inputs(ir::Graph& graph) {
  int changes = 0;
  for (const ir::NodeId id : graph.topological_order())
    if (!graph.node(id).op->host_inputs.empty()) changes += absorb_node(graph, id);
  return changes;
}

}  // namespace trtlike::optimizer
