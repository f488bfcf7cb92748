// The graph's invariants, checked after every rewrite in debug builds.
#include <algorithm>
#include <map>
#include <set>

#include "core/check.h"
#include "ir/graph.h"

namespace trtlike::ir {
namespace {

/// How often a value says that a node reads it.
using Uses = std::map<std::pair<ValueId, NodeId>, long>;

void verify_edges(const Graph& graph, NodeId id, const Uses& found_uses) {
  const Node& node = graph.node(id);
  for (const ValueId input : node.inputs) {
    if (!input) continue;
    const Value& value = graph.value(input);
    TRTLIKE_ASSERT(value.alive, "node '", node.name, "' reads removed value '", value.name, "'");
    const auto uses = found_uses.find({input, id});
    TRTLIKE_ASSERT(uses != found_uses.end() &&
                       uses->second == std::count(node.inputs.begin(), node.inputs.end(), input),
                   "users of '", value.name, "' by node '", node.name, "'");
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const Value& value = graph.value(node.outputs[i]);
    TRTLIKE_ASSERT(
        value.alive && value.producer == id && value.producer_output == static_cast<int>(i),
        "producer of '", value.name, "'");
  }
}

void verify_value(const Graph& graph, ValueId id, const std::set<ValueId>& inputs,
                  const std::set<ValueId>& outputs) {
  const Value& value = graph.value(id);
  TRTLIKE_ASSERT(graph.find_value(value.name) == id, "name of value '", value.name, "'");
  TRTLIKE_ASSERT(value.is_input == inputs.contains(id), "input '", value.name, "'");
  TRTLIKE_ASSERT(value.is_output == outputs.contains(id), "output '", value.name, "'");
  TRTLIKE_ASSERT(value.producer || value.is_input || value.constant, "source of '", value.name,
                 "'");
  for (const NodeId user : value.users)
    TRTLIKE_ASSERT(graph.node(user).alive, "a removed node uses '", value.name, "'");
}

}  // namespace

void Graph::verify_types(NodeId id) const {
  const Node& n = node(id);
  if (n.outputs.empty() || value(n.outputs[0]).constant) return;
  const std::vector<ops::TensorType> types = infer_outputs(id).types;
  for (size_t i = 0; i < types.size(); ++i) {
    const Value& output = value(n.outputs[i]);
    TRTLIKE_ASSERT(output.type == types[i], "type of '", output.name, "' from node '", n.name,
                   "' is ", core::dtype_name(output.type.dtype), " ", output.type.dims,
                   ", its op infers ", core::dtype_name(types[i].dtype), " ", types[i].dims);
  }
}

void Graph::verify() const {
  const std::set<ValueId> inputs(inputs_.begin(), inputs_.end()),
      outputs(outputs_.begin(), outputs_.end());
  for (size_t i = 0; i < values_.size(); ++i)
    if (values_[i]->alive) verify_value(*this, {static_cast<int32_t>(i)}, inputs, outputs);
  Uses uses;
  for (size_t i = 0; i < values_.size(); ++i)
    for (const NodeId user : values_[i]->users) ++uses[{{static_cast<int32_t>(i)}, user}];
  for (const NodeId id : topological_order()) {
    verify_edges(*this, id, uses);
    verify_types(id);
    for (const auto& region : node(id).regions) region->verify();
  }
}

}  // namespace trtlike::ir
