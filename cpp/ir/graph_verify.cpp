// The graph's invariants, checked after every rewrite in debug builds.
#include <algorithm>
#include <set>

#include "core/check.h"
#include "ir/graph.h"

namespace trtlike::ir {
namespace {

void verify_edges(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  for (const ValueId input : node.inputs) {
    if (!input) continue;
    const Value& value = graph.value(input);
    TRTLIKE_ASSERT(value.alive, "node '", node.name, "' reads removed value '", value.name, "'");
    TRTLIKE_ASSERT(std::count(value.users.begin(), value.users.end(), id) ==
                       std::count(node.inputs.begin(), node.inputs.end(), input),
                   "users of '", value.name, "' by node '", node.name, "'");
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const Value& value = graph.value(node.outputs[i]);
    TRTLIKE_ASSERT(
        value.alive && value.producer == id && value.producer_output == static_cast<int>(i),
        "producer of '", value.name, "'");
  }
}

void verify_types(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (graph.value(node.outputs[0]).constant) return;
  std::vector<ops::TensorType> types, outputs;
  std::vector<ops::HostValue> host;
  for (const ValueId input : node.inputs) {
    types.push_back(input ? graph.value(input).type : ops::TensorType{});
    host.push_back(input ? graph.value(input).host : std::nullopt);
  }
  ops::infer(*node.op, node.attributes, types, host, outputs);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Value& value = graph.value(node.outputs[i]);
    TRTLIKE_ASSERT(value.type == outputs[i], "type of '", value.name, "' from node '", node.name,
                   "' is ", core::dtype_name(value.type.dtype), " ", value.type.dims,
                   ", its op infers ", core::dtype_name(outputs[i].dtype), " ", outputs[i].dims);
  }
}

void verify_value(const Graph& graph, ValueId id) {
  const Value& value = graph.value(id);
  TRTLIKE_ASSERT(graph.find_value(value.name) == id, "name of value '", value.name, "'");
  const auto listed = [&](const std::vector<ValueId>& list) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  TRTLIKE_ASSERT(value.is_input == listed(graph.inputs()), "input '", value.name, "'");
  TRTLIKE_ASSERT(value.is_output == listed(graph.outputs()), "output '", value.name, "'");
  TRTLIKE_ASSERT(value.producer || value.is_input || value.constant, "source of '", value.name,
                 "'");
  for (const NodeId user : value.users)
    TRTLIKE_ASSERT(graph.node(user).alive, "a removed node uses '", value.name, "'");
}

}  // namespace

void Graph::verify() const {
  for (size_t i = 0; i < values_.size(); ++i)
    if (values_[i]->alive) verify_value(*this, {static_cast<int32_t>(i)});
  for (const NodeId id : topological_order()) {
    verify_edges(*this, id);
    verify_types(*this, id);
  }
}

}  // namespace trtlike::ir
