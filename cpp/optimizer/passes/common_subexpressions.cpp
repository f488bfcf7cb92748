// Merging of equal nodes and equal constants.
#include <cstring>
#include <map>

#include "ir/graph.h"
#include "optimizer/passes/passes.h"

namespace trtlike::optimizer {
namespace {

/// Larger constants are equal only when they are the same memory.
constexpr size_t kMaxComparedBytes = 4096;

size_t byte_count(const ir::Value& value) {
  return core::dtype_bytes(value.type.dtype, core::elems(value.type.dims));
}

std::string constant_key(const ir::Value& value) {
  const size_t bytes = byte_count(value);
  std::string key = core::str(core::dtype_name(value.type.dtype), value.type.dims, ":");
  // Weights with names of their own stay apart.
  if (value.constant->recipe != nullptr)
    return core::str(key, "at ", value.constant->data.get(), " by ", value.constant->recipe.get());
  if (bytes > kMaxComparedBytes) return core::str(key, "at ", value.constant->data.get());
  key.append(static_cast<const char*>(value.constant->data.get()), bytes);
  return key;
}

int merge_constants(ir::Graph& graph) {
  std::map<std::string, ir::ValueId> seen;
  int changes = 0;
  for (size_t i = 0; i < graph.num_value_ids(); ++i) {
    const ir::ValueId id{static_cast<int32_t>(i)};
    const ir::Value& value = graph.value(id);
    if (!value.alive || !value.constant || value.producer || value.is_output) continue;
    const auto [found, is_new] = seen.emplace(constant_key(value), id);
    if (is_new) continue;
    graph.replace_uses(id, found->second);
    graph.remove_value(id);
    ++changes;
  }
  return changes;
}

std::string node_key(const ir::Node& node) {
  std::string key = core::str(node.op->name, "|", node.attributes.to_string(), "|");
  for (const ir::ValueId input : node.inputs) key += core::str(input.index, ",");
  if (node.precision) key += core::dtype_name(*node.precision);
  for (const auto& type : node.output_types) key += type ? core::dtype_name(*type) : "-";
  return key;
}

bool has_network_output(const ir::Graph& graph, const ir::Node& node) {
  for (const ir::ValueId output : node.outputs)
    if (graph.value(output).is_output) return true;
  return false;
}

}  // namespace

int merge_common_subexpressions(ir::Graph& graph) {
  int changes = merge_constants(graph);
  std::map<std::string, ir::NodeId> seen;
  for (const ir::NodeId id : graph.topological_order()) {
    const ir::Node& node = graph.node(id);
    if (!ops::is_repeatable(*node.op, node.attributes) || !node.regions.empty()) continue;
    const auto [found, is_new] = seen.emplace(node_key(node), id);
    // Two outputs of the network stay two nodes: each has its own name.
    if (is_new || has_network_output(graph, node)) continue;
    for (size_t i = 0; i < node.outputs.size(); ++i)
      graph.replace_uses(node.outputs[i], graph.node(found->second).outputs[i]);
    graph.remove_node(id);
    ++changes;
  }
  return changes;
}

}  // namespace trtlike::optimizer
