// Collecting a patch, and applying it to the graph it was made against.
#include "ir/patch.h"

#include <algorithm>
#include <set>

#include "core/check.h"

namespace trtlike::ir {
namespace {

/// Same type, same rank, and no two known extents that differ.
bool is_compatible(const ops::TensorType& a, const ops::TensorType& b) {
  if (a.dtype != b.dtype || a.dims.rank() != b.dims.rank()) return false;
  for (int i = 0; i < a.dims.rank(); ++i)
    if (a.dims[i] != b.dims[i] && core::is_known(a.dims[i]) && core::is_known(b.dims[i]))
      return false;
  return true;
}

/// Removes the producers of unused values, and theirs; constants that nobody reads go too. Returns
/// the nodes.
std::vector<NodeId> sweep(Graph& graph, std::vector<ValueId> candidates) {
  std::vector<NodeId> removed;
  while (!candidates.empty()) {
    const ValueId id = candidates.back();
    candidates.pop_back();
    if (!id || !graph.value(id).alive) continue;
    const Value& value = graph.value(id);
    if (!value.users.empty() || value.is_output || value.is_input) continue;
    if (!value.producer) {
      graph.remove_value(id);
      continue;
    }
    const Node& node = graph.node(value.producer);
    const bool unused = std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
      return graph.value(output).users.empty() && !graph.value(output).is_output;
    });
    if (!unused) continue;
    candidates.insert(candidates.end(), node.inputs.begin(), node.inputs.end());
    removed.push_back(value.producer);
    graph.remove_node(value.producer);
  }
  std::sort(removed.begin(), removed.end());
  return removed;
}

void replace_value(Graph& graph, ValueId old_value, ValueId new_value) {
  const ops::TensorType old_type = graph.value(old_value).type;
  const ops::TensorType new_type = graph.value(new_value).type;
  TRTLIKE_ASSERT(is_compatible(old_type, new_type), "replacement of '", graph.value(old_value).name,
                 "', ", core::dtype_name(old_type.dtype), " ", old_type.dims, ", by ",
                 core::dtype_name(new_type.dtype), " ", new_type.dims);
  const bool changed =
      old_type != new_type || graph.value(old_value).host != graph.value(new_value).host;
  if (!graph.value(new_value).quantization)
    graph.mutable_value(new_value).quantization = graph.value(old_value).quantization;
  graph.replace_uses(old_value, new_value);
  if (!changed) return;
  std::map<NodeId, std::string> refusals;
  graph.infer_users(new_value, refusals);
  // Rewrites say more of a type and nothing else: what is refused now was wrong from the start.
  if (!refusals.empty()) throw UserError(refusals.begin()->second);
}

}  // namespace

ValueId Patch::provisional() { return {next_--}; }

ValueId Patch::add_constant(const std::string& name, DataType dtype, const Dims& dims,
                            ConstantData data) {
  const ValueId id = provisional();
  order_.push_back({false, constants_.size()});
  constants_.push_back({name, {dtype, dims}, std::move(data)});
  constant_ids_.push_back(id.index);
  return id;
}

ValueId Patch::add_constant(const std::string& name, DataType dtype, const Dims& dims,
                            const std::vector<double>& elements) {
  return add_constant(name, dtype, dims, make_constant_data(dtype, elements));
}

ValueId Patch::add_constant(const std::string& name, const Constant& constant) {
  return add_constant(name, constant.type.dtype, constant.type.dims, constant.data);
}

ValueId Patch::add(std::string_view op, const std::string& name, const std::vector<ValueId>& inputs,
                   const AttributeList& attributes) {
  return add_many(op, name, inputs, attributes, ops::get_op(op).num_outputs)[0];
}

std::vector<ValueId> Patch::add_many(std::string_view op, const std::string& name,
                                     const std::vector<ValueId>& inputs,
                                     const AttributeList& attributes, int count) {
  std::vector<ValueId> outputs;
  for (int i = 0; i < count; ++i) outputs.push_back(provisional());
  order_.push_back({true, nodes_.size()});
  nodes_.push_back({std::string(op), name, inputs, attributes, outputs[0].index, count});
  return outputs;
}

void Patch::replace(ValueId old_value, ValueId new_value) {
  replacements_.emplace_back(old_value, new_value);
}

std::set<NodeId> Patch::find_replaced_nodes() const {
  std::set<ValueId> replaced, used;
  for (const auto& [old_value, new_value] : replacements_) {
    replaced.insert(old_value);
    used.insert(new_value);
  }
  for (const NewNode& node : nodes_) used.insert(node.inputs.begin(), node.inputs.end());
  std::set<NodeId> gone;
  const auto is_unused = [&](ValueId id) {
    const Value& value = graph_->value(id);
    if (used.contains(id)) return false;
    if (replaced.contains(id)) return true;
    return !value.is_output && std::all_of(value.users.begin(), value.users.end(),
                                           [&](NodeId user) { return gone.contains(user); });
  };
  std::vector<ValueId> candidates(replaced.begin(), replaced.end());
  while (!candidates.empty()) {
    const NodeId producer = graph_->value(candidates.back()).producer;
    candidates.pop_back();
    if (!producer || gone.contains(producer)) continue;
    const Node& node = graph_->node(producer);
    if (!std::all_of(node.outputs.begin(), node.outputs.end(), is_unused)) continue;
    gone.insert(producer);
    for (const ValueId input : node.inputs)
      if (input) candidates.push_back(input);
  }
  return gone;
}

std::optional<DataType> Patch::find_precision() const {
  if (anchor_ && graph_->node(anchor_).precision) return graph_->node(anchor_).precision;
  for (const NodeId id : find_replaced_nodes())
    if (graph_->node(id).precision) return graph_->node(id).precision;
  return std::nullopt;
}

std::optional<DataType> Patch::output_type(ValueId id) const {
  const Value& value = graph_->value(id);
  if (!value.producer) return std::nullopt;
  return graph_->node(value.producer).output_types[static_cast<size_t>(value.producer_output)];
}

bool Patch::keeps_constraints() const {
  const std::optional<DataType> precision = find_precision();
  std::set<ValueId> renewed;
  for (const auto& [old_value, new_value] : replacements_)
    if (new_value.index < -1) renewed.insert(old_value);
  const std::set<NodeId> gone = find_replaced_nodes();
  return std::all_of(gone.begin(), gone.end(), [&](NodeId id) {
    const Node& node = graph_->node(id);
    if (node.precision && node.precision != precision) return false;
    return std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
      return !output_type(output) || renewed.contains(output);
    });
  });
}

int Patch::apply(Graph& graph, std::vector<NodeId>* removed) const {
  TRTLIKE_ASSERT(&graph == graph_, "a patch is applied to the graph it was made against");
  const size_t ids_before = graph.num_node_ids();
  const std::optional<DataType> precision = find_precision();
  std::map<int, ValueId> real;
  const auto resolve = [&](ValueId id) { return id.index < -1 ? real.at(id.index) : id; };
  std::vector<ValueId> added;
  for (const Item& item : order_) {
    if (!item.is_node) {
      const NewConstant& constant = constants_[item.index];
      real[constant_ids_[item.index]] =
          graph.add_constant(constant.name, constant.type.dtype, constant.type.dims, constant.data);
      added.push_back(real[constant_ids_[item.index]]);
      continue;
    }
    const NewNode& node = nodes_[item.index];
    std::vector<ValueId> inputs;
    for (const ValueId input : node.inputs) inputs.push_back(resolve(input));
    const NodeId id = graph.add_node(node.op, node.name, inputs, node.attributes);
    graph.mutable_node(id).precision = precision;
    if (anchor_) graph.mutable_node(id).metadata = graph.node(anchor_).metadata;
    for (int i = 0; i < node.num_outputs; ++i) {
      real[node.first_output - i] = graph.node(id).outputs[static_cast<size_t>(i)];
      added.push_back(real[node.first_output - i]);
    }
  }
  std::vector<ValueId> candidates = std::move(added);
  for (const auto& [old_value, new_value] : replacements_) {
    const std::optional<DataType> type = output_type(old_value);
    const ValueId now = resolve(new_value);
    if (type && new_value.index < -1 && graph.value(now).producer)
      graph.mutable_node(graph.value(now).producer)
          .output_types[static_cast<size_t>(graph.value(now).producer_output)] = type;
    replace_value(graph, old_value, now);
    candidates.push_back(old_value);
  }
  std::vector<NodeId> gone = sweep(graph, std::move(candidates));
  const auto lost =
      static_cast<int>(gone.size()) - static_cast<int>(graph.num_node_ids() - ids_before);
  std::erase_if(gone, [&](NodeId id) { return static_cast<size_t>(id.index) >= ids_before; });
  if (removed != nullptr) *removed = std::move(gone);
  return lost;
}

}  // namespace trtlike::ir
