// Types, shapes and host values of a graph's values.
#include <set>

#include "core/check.h"
#include "ir/graph.h"
#include "ops/input_error.h"

namespace trtlike::ir {
namespace {

/// "[ir] node 'conv1' (Convolution): " before what the op says.
std::string with_node(const Node& node, const char* message) {
  return core::str("[ir] node '", node.name, "' (", node.op->name, "): ", message);
}

}  // namespace

bool Graph::infer_node(NodeId id) {
  const Node& n = node(id);
  if (!n.outputs.empty() && value(n.outputs[0]).constant) return false;
  std::vector<ops::TensorType> types, outputs;
  std::vector<ops::HostValue> host;
  std::vector<const void*> constants;
  for (const ValueId input : n.inputs) {
    constants.push_back(input && value(input).constant ? value(input).constant->data.get()
                                                       : nullptr);
    types.push_back(input ? value(input).type : ops::TensorType{});
    host.push_back(input ? value(input).host : std::nullopt);
  }
  std::vector<ops::HostValue> host_outputs;
  try {
    ops::infer(*n.op, n.attributes, types, host, outputs, constants);
    host_outputs = ops::propagate(*n.op, n.attributes, types, host, outputs);
  } catch (const ops::InputError& e) {
    throw ops::InputError(with_node(n, "[ops] "), e.input(), e.name(), e.sentence());
  } catch (const UserError& e) {
    throw UserError(with_node(n, e.what()));
  } catch (const UnsupportedError& e) {
    throw UnsupportedError(with_node(n, e.what()));
  }
  bool changed = false;
  for (size_t i = 0; i < n.outputs.size(); ++i) {
    Value& output = mutable_value(n.outputs[i]);
    changed |= output.type != outputs[i] || output.host != host_outputs[i];
    output.type = outputs[i];
    output.host = std::move(host_outputs[i]);
  }
  return changed;
}

bool Graph::infer_node_lenient(NodeId id, std::map<NodeId, std::string>& refusals) {
  const auto forget_outputs = [&] {
    for (const ValueId output : node(id).outputs) {
      mutable_value(output).type.dims = Dims::unknown_rank();
      mutable_value(output).host.reset();
    }
  };
  for (const ValueId input : node(id).inputs) {
    if (!input || !value(input).type.is_absent()) continue;
    const auto reason = refusals.find(value(input).producer);
    refusals[id] = reason == refusals.end()
                       ? with_node(node(id), core::str("expected an input of known rank, got '",
                                                       value(input).name, "'.")
                                                 .c_str())
                       : reason->second;
    forget_outputs();
    return true;
  }
  try {
    const bool changed = infer_node(id);
    return refusals.erase(id) > 0 || changed;
  } catch (const Error& e) {
    refusals[id] = e.what();
    forget_outputs();
    return true;
  }
}

void Graph::infer_all() {
  for (const NodeId id : topological_order()) infer_node(id);
}

void Graph::infer_from(NodeId first, std::map<NodeId, std::string>& refusals) {
  std::set<NodeId> work = {first};
  while (!work.empty()) {
    const NodeId id = *work.begin();
    work.erase(work.begin());
    if (!infer_node_lenient(id, refusals)) continue;
    for (const ValueId output : node(id).outputs)
      work.insert(value(output).users.begin(), value(output).users.end());
  }
}

void Graph::infer_users(ValueId id, std::map<NodeId, std::string>& refusals) {
  const std::vector<NodeId> users = value(id).users;
  for (const NodeId user : users) infer_from(user, refusals);
}

}  // namespace trtlike::ir
