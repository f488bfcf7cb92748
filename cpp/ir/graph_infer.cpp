// Types, shapes and host values of a graph's values.
#include <set>

#include "core/check.h"
#include "ir/graph.h"
#include "ops/input_error.h"

namespace trtlike::ir {
namespace {

/// More than a value of any rank can lose of its extents.
constexpr int kMaxTurns = 2 * Dims::kMaxDims;

/// "[ir] node 'conv1' (Convolution): " before what the op says.
std::string with_node(const Node& node, const char* message) {
  return core::str("[ir] node '", node.name, "' (", node.op->name, "): ", message);
}

}  // namespace

bool Graph::infer_node(NodeId id) { return infer_node(id, true); }

bool Graph::infer_node(NodeId id, bool with_back_inputs) {
  const Node& n = node(id);
  if (!n.outputs.empty() && value(n.outputs[0]).constant) return false;
  Inferred inferred;
  try {
    inferred = infer_outputs(id, with_back_inputs);
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
    changed |= output.type != inferred.types[i] || output.host != inferred.host[i];
    output.type = inferred.types[i];
    output.host = std::move(inferred.host[i]);
  }
  return changed;
}

Graph::Inferred Graph::infer_outputs(NodeId id, bool with_back_inputs) const {
  const Node& n = node(id);
  std::vector<ops::TensorType> types;
  std::vector<ops::HostValue> host;
  std::vector<const void*> constants;
  for (size_t i = 0; i < n.inputs.size(); ++i) {
    const bool is_absent = !n.inputs[i] || (!with_back_inputs && n.op->back_inputs.contains(i));
    const Value* input = is_absent ? nullptr : &value(n.inputs[i]);
    constants.push_back(input != nullptr && input->constant ? input->constant->data.get()
                                                            : nullptr);
    types.push_back(input != nullptr ? input->type : ops::TensorType{});
    host.push_back(input != nullptr ? input->host : std::nullopt);
  }
  Inferred out;
  ops::infer(*n.op, n.attributes, types, host, out.types, constants);
  if (!n.regions.empty()) return infer_regions(n, types, host);
  out.host = ops::propagate(*n.op, n.attributes, types, host, out.types);
  return out;
}

bool Graph::infer_node_lenient(NodeId id, std::map<NodeId, std::string>& refusals) {
  const auto forget_outputs = [&] {
    for (const ValueId output : node(id).outputs) {
      mutable_value(output).type.dims = Dims::unknown_rank();
      mutable_value(output).host.reset();
    }
  };
  for (size_t i = 0; i < node(id).inputs.size(); ++i) {
    const ValueId input = node(id).inputs[i];
    if (!input || !value(input).type.is_absent() || node(id).op->back_inputs.contains(i)) continue;
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
  const std::vector<NodeId> order = topological_order();
  std::vector<NodeId> joins;
  for (const NodeId id : order) {
    infer_node(id, false);
    if (!node(id).op->back_inputs.empty()) joins.push_back(id);
  }
  // A turn may change what the next one gets; what differs stays unknown, so this ends.
  const auto has_change = [&] {
    bool changed = false;
    for (const NodeId id : joins) changed |= infer_node(id, true);
    return changed;
  };
  for (int round = 0; round < kMaxTurns && has_change(); ++round)
    for (const NodeId id : order) infer_node(id, true);
}

void Graph::infer_from(NodeId first, std::map<NodeId, std::string>& refusals) {
  std::set<NodeId> work = {first};
  std::map<NodeId, int> turns;
  while (!work.empty()) {
    const NodeId id = *work.begin();
    work.erase(work.begin());
    if (!infer_node_lenient(id, refusals)) continue;
    if (!node(id).op->back_inputs.empty() && ++turns[id] > kMaxTurns) continue;
    for (const ValueId output : node(id).outputs)
      work.insert(value(output).users.begin(), value(output).users.end());
  }
}

void Graph::infer_users(ValueId id, std::map<NodeId, std::string>& refusals) {
  const std::vector<NodeId> users = value(id).users;
  for (const NodeId user : users) infer_from(user, refusals);
}

}  // namespace trtlike::ir
