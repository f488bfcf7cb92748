// The graph's structure: adding, connecting and removing values and nodes.
#include "ir/graph.h"

#include <algorithm>
#include <queue>
#include <set>

#include "core/check.h"
#include "ir/patch.h"
#include "ops/host_values.h"

namespace trtlike::ir {
namespace {

template <typename F>
void for_each_forward_input(const Node& node, F&& f) {
  for (size_t i = 0; i < node.inputs.size(); ++i)
    if (node.inputs[i] && !node.op->back_inputs.contains(i)) f(node.inputs[i]);
}

int count_forward(const Node& node, ValueId id) {
  int uses = 0;
  for_each_forward_input(node, [&](ValueId input) { uses += input == id ? 1 : 0; });
  return uses;
}

}  // namespace

ValueId Graph::new_value(const std::string& wanted) {
  const ValueId id{static_cast<int32_t>(values_.size())};
  values_.push_back(std::make_unique<Value>());
  values_.back()->name = unique_value_name(wanted);
  value_names_[values_.back()->name] = id.index;
  return id;
}

ValueId Graph::add_input(const std::string& input_name, DataType dtype, const Dims& dims) {
  TRTLIKE_CHECK(!find_value(input_name), "[ir] input '", input_name,
                "': expected a name that no other tensor has, got one that is taken.");
  for (int i = 0; i < dims.rank(); ++i) {
    TRTLIKE_CHECK(dims[i] >= -1, "[ir] input '", input_name, "', dimension ", i,
                  ": expected an extent of at least 0, or -1 for one that is known at run time, "
                  "got ",
                  dims[i], " in shape ", dims, ".");
  }
  core::check_extents(dims, "[ir] input '", input_name, "'");
  const ValueId id = new_value(input_name);
  mutable_value(id).type = {dtype, dims};
  mutable_value(id).is_input = true;
  inputs_.push_back(id);
  return id;
}

void Graph::set_constant(ValueId id, const ops::TensorType& type, ConstantData data) {
  TRTLIKE_ASSERT(core::is_static(type.dims), "constant '", value(id).name, "' of shape ",
                 type.dims);
  const size_t needed = core::dtype_bytes(type.dtype, core::elems(type.dims));
  TRTLIKE_ASSERT(data.bytes >= needed, "constant '", value(id).name, "' of shape ", type.dims,
                 " needs ", needed, " bytes, got ", data.bytes);
  Value& v = mutable_value(id);
  v.type = type;
  v.host = data.may_change
               ? std::nullopt
               : ops::known_elements({const_cast<void*>(data.data.get()), type.dtype, type.dims});
  v.constant = std::move(data);
}

ValueId Graph::add_constant(const std::string& constant_name, DataType dtype, const Dims& dims,
                            ConstantData data) {
  const ValueId id = new_value(constant_name);
  set_constant(id, {dtype, dims}, std::move(data));
  return id;
}

ValueId Graph::add_constant(const std::string& constant_name, DataType dtype, const Dims& dims,
                            const std::vector<double>& elements) {
  return add_constant(constant_name, dtype, dims, make_constant_data(dtype, elements));
}

ValueId Graph::add_constant_ints(const std::string& constant_name,
                                 const std::vector<int64_t>& elements) {
  const auto owned = std::make_shared<const std::vector<int64_t>>(elements);
  return add_constant(
      constant_name, DataType::Int64, {static_cast<int64_t>(elements.size())},
      {std::shared_ptr<const void>(owned, owned->data()), elements.size() * sizeof(int64_t)});
}

ValueId Graph::copy_constant(const Value& constant) {
  return add_constant(unique_value_name(constant.name), constant.type.dtype, constant.type.dims,
                      *constant.constant);
}

NodeId Graph::add_constant_node(const std::string& node_name, DataType dtype, const Dims& dims,
                                ConstantData data) {
  const NodeId id = new_node("Constant", node_name, {}, {});
  set_constant(node(id).outputs[0], {dtype, dims}, std::move(data));
  return id;
}

NodeId Graph::new_node(std::string_view op, const std::string& node_name,
                       const std::vector<ValueId>& node_inputs, const AttributeList& attributes) {
  auto added = std::make_unique<Node>();
  added->op = &ops::get_op(op);
  added->name = node_name;
  try {
    added->attributes = ops::complete_attributes(*added->op, attributes);
  } catch (const UserError& e) {
    throw UserError(core::str("[ir] node '", node_name, "' (", op, "): ", e.what()));
  }
  added->inputs = node_inputs;
  for (const ValueId input : node_inputs)
    TRTLIKE_ASSERT(
        !input || (static_cast<size_t>(input.index) < values_.size() && value(input).alive),
        "node '", node_name, "' reads value ", input.index);
  const NodeId id{static_cast<int32_t>(nodes_.size())};
  nodes_.push_back(std::move(added));
  Node& created = *nodes_.back();
  for (const ValueId input : created.inputs)
    if (input) mutable_value(input).users.push_back(id);
  add_outputs(id, ops::count_outputs(*created.op, created.attributes));
  return id;
}

void Graph::add_outputs(NodeId id, size_t count) {
  Node& n = mutable_node(id);
  n.output_types.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const ValueId output =
        new_value(i == 0 ? n.name + "_output" : core::str(n.name, "_output (", i, ")"));
    n.outputs.push_back(output);
    mutable_value(output).producer = id;
    mutable_value(output).producer_output = static_cast<int>(i);
    mutable_value(output).type.dims = Dims::unknown_rank();
  }
}

NodeId Graph::copy_node(const Graph& of, NodeId like, const std::vector<ValueId>& node_inputs) {
  const Node& from = of.node(like);
  const ir::AttributeList attributes(from.attributes.items().begin(),
                                     from.attributes.items().end());
  const NodeId id = new_node(from.op->name, from.name, node_inputs, attributes);
  Node& n = mutable_node(id);
  n.regions = from.regions;
  n.metadata = from.metadata;
  n.precision = from.precision;
  n.output_types = from.output_types;
  for (size_t i = 0; i < n.outputs.size(); ++i) {
    const Value& old_value = of.value(from.outputs[i]);
    rename_value(n.outputs[i], unique_value_name(old_value.name));
    if (old_value.constant) set_constant(n.outputs[i], old_value.type, *old_value.constant);
  }
  infer_node(id);
  return id;
}

NodeId Graph::add_region_node(std::string_view op, const std::string& node_name,
                              const std::vector<ValueId>& node_inputs,
                              const AttributeList& attributes,
                              std::vector<std::shared_ptr<const Graph>> regions) {
  const NodeId id = new_node(op, node_name, node_inputs, attributes);
  mutable_node(id).regions = std::move(regions);
  infer_node(id);
  return id;
}

void Graph::set_region(NodeId id, size_t index, std::shared_ptr<const Graph> region) {
  mutable_node(id).regions.at(index) = std::move(region);
}

int64_t Graph::add_loop(const std::string& loop_name) {
  loop_names_.push_back(loop_name);
  return std::ssize(loop_names_) - 1;
}

int64_t Graph::add_conditional(const std::string& conditional_name) {
  conditional_names_.push_back(conditional_name);
  return std::ssize(conditional_names_) - 1;
}

NodeId Graph::add_node(std::string_view op, const std::string& node_name,
                       const std::vector<ValueId>& node_inputs, const AttributeList& attributes) {
  const NodeId id = new_node(op, node_name, node_inputs, attributes);
  try {
    infer_node(id);
  } catch (...) {
    remove_node(id);
    throw;
  }
  return id;
}

NodeId Graph::add_node_lenient(std::string_view op, const std::string& node_name,
                               const std::vector<ValueId>& node_inputs,
                               const AttributeList& attributes, std::string* refusal) {
  const NodeId id = new_node(op, node_name, node_inputs, attributes);
  std::map<NodeId, std::string> refusals;
  infer_node_lenient(id, refusals);
  *refusal = refusals.empty() ? "" : refusals.begin()->second;
  return id;
}

ValueId Graph::add(std::string_view op, const std::string& node_name,
                   const std::vector<ValueId>& node_inputs, const AttributeList& attributes) {
  return node(add_node(op, node_name, node_inputs, attributes)).outputs[0];
}

void Graph::mark_output(ValueId id) {
  if (value(id).is_output) return;
  mutable_value(id).is_output = true;
  outputs_.push_back(id);
}

void Graph::unmark_output(ValueId id) {
  if (!value(id).is_output) return;
  mutable_value(id).is_output = false;
  std::erase(outputs_, id);
}

std::vector<NodeId> Graph::nodes() const {
  std::vector<NodeId> out;
  for (size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i]->alive) out.push_back({static_cast<int32_t>(i)});
  return out;
}

std::vector<NodeId> Graph::topological_order() const {
  std::vector<int> waiting(nodes_.size(), 0);
  std::priority_queue<int32_t, std::vector<int32_t>, std::greater<>> ready;
  const std::vector<NodeId> all = nodes();
  for (const NodeId id : all) {
    int& count = waiting[static_cast<size_t>(id.index)];
    for_each_forward_input(node(id), [&](ValueId input) {
      if (value(input).producer) ++count;
    });
    if (count == 0) ready.push(id.index);
  }
  std::vector<NodeId> order;
  while (!ready.empty()) {
    const NodeId id{ready.top()};
    ready.pop();
    order.push_back(id);
    for (const ValueId output : node(id).outputs) {
      std::set<NodeId> with_back_inputs;
      for (const NodeId user : value(output).users) {
        if (!node(user).op->back_inputs.empty() && !with_back_inputs.insert(user).second) continue;
        const auto uses =
            node(user).op->back_inputs.empty() ? 1 : count_forward(node(user), output);
        int& count = waiting[static_cast<size_t>(user.index)];
        if (uses > 0 && (count -= uses) == 0) ready.push(user.index);
      }
    }
  }
  if (order.size() == all.size()) return order;
  for (const NodeId id : all)
    TRTLIKE_CHECK(waiting[static_cast<size_t>(id.index)] == 0, "[ir] node '", node(id).name, "' (",
                  node(id).op->name,
                  "): expected inputs that do not depend on the node's own outputs, got a cycle.");
  return order;
}

NodeId Graph::producer_of(ValueId id, std::string_view op) const {
  if (!id || !value(id).producer || node(value(id).producer).op->name != op) return {};
  return value(id).producer;
}

NodeId Graph::sole_user(ValueId id) const {
  const Value& v = value(id);
  return v.users.size() == 1 && !v.is_output ? v.users[0] : NodeId{};
}

ValueId Graph::find_value(std::string_view value_name) const {
  const auto found = value_names_.find(value_name);
  return found == value_names_.end() ? ValueId{} : ValueId{found->second};
}

bool Graph::depends_on(NodeId id, NodeId from) const {
  std::set<NodeId> seen;
  std::vector<NodeId> stack = {id};
  while (!stack.empty()) {
    const NodeId at = stack.back();
    stack.pop_back();
    if (at == from) return true;
    if (!seen.insert(at).second) continue;
    for_each_forward_input(node(at), [&](ValueId input) {
      if (value(input).producer) stack.push_back(value(input).producer);
    });
  }
  return false;
}

void Graph::remove_use(ValueId id, NodeId user) {
  std::vector<NodeId>& users = mutable_value(id).users;
  const auto found = std::find(users.begin(), users.end(), user);
  TRTLIKE_ASSERT(found != users.end(), "users of '", value(id).name, "'");
  users.erase(found);
}

void Graph::set_input(NodeId id, int index, ValueId to) {
  Node& n = mutable_node(id);
  const auto i = static_cast<size_t>(index);
  if (i >= n.inputs.size()) n.inputs.resize(i + 1);
  if (n.inputs[i]) remove_use(n.inputs[i], id);
  n.inputs[i] = to;
  if (to) mutable_value(to).users.push_back(id);
}

void Graph::set_attribute(NodeId id, std::string_view attribute, AttributeValue to) {
  Node& n = mutable_node(id);
  // complete_attributes checks the name and converts the kind.
  const std::string key(attribute);
  try {
    const ops::Attributes checked = ops::complete_attributes(*n.op, {{key, std::move(to)}});
    n.attributes.set(key, *checked.find(key));
  } catch (const UserError& e) {
    throw UserError(core::str("[ir] node '", n.name, "' (", n.op->name, "): ", e.what()));
  }
}

void Graph::move_output(ValueId from, ValueId to) {
  Value& old_value = mutable_value(from);
  Value& new_value = mutable_value(to);
  const std::string output_name = old_value.name;
  rename_value(from, unique_value_name(output_name + "_source"));
  rename_value(to, output_name);
  std::replace(outputs_.begin(), outputs_.end(), from, to);
  old_value.is_output = false;
  new_value.is_output = true;
  new_value.allowed_formats = old_value.allowed_formats;
  new_value.dimension_names = old_value.dimension_names;
}

/// What is said of a tensor holds for what has its elements.
void Graph::inherit(ValueId from, ValueId to) {
  const Value& old_value = value(from);
  Value& new_value = mutable_value(to);
  if (new_value.constant) return;
  if (!new_value.dynamic_range) new_value.dynamic_range = old_value.dynamic_range;
  new_value.stands_for.insert(new_value.stands_for.end(), old_value.stands_for.begin(),
                              old_value.stands_for.end());
}

void Graph::replace_uses(ValueId from, ValueId to) {
  if (from == to) return;
  for (const NodeId user : std::vector<NodeId>(value(from).users))
    for (size_t i = 0; i < node(user).inputs.size(); ++i)
      if (node(user).inputs[i] == from) set_input(user, static_cast<int>(i), to);
  inherit(from, to);
  if (!value(from).is_output) return;
  if (value(to).is_input || value(to).is_output || value(to).constant)
    to = add("Identity", value(from).name, {to});
  move_output(from, to);
}

void Graph::separate_output(ValueId output) {
  const ValueId copy = add("Identity", value(output).name, {output});
  inherit(output, copy);
  move_output(output, copy);
}

void Graph::remove_node(NodeId id) {
  Node& n = mutable_node(id);
  for (const ValueId output : n.outputs)
    TRTLIKE_ASSERT(value(output).users.empty() && !value(output).is_output, "output '",
                   value(output).name, "' of removed node '", n.name, "' is still used");
  for (const ValueId input : n.inputs)
    if (input) remove_use(input, id);
  n.alive = false;
  for (const ValueId output : n.outputs) {
    mutable_value(output).producer = {};
    remove_value(output);
  }
}

void Graph::remove_value(ValueId id) {
  Value& v = mutable_value(id);
  TRTLIKE_ASSERT(v.users.empty() && !v.producer, "removed value '", v.name, "' is still used");
  unmark_output(id);
  if (v.is_input) std::erase(inputs_, id);
  v.alive = false;
  v.constant.reset();
  value_names_.erase(v.name);
}

void Graph::rename_value(ValueId id, const std::string& to) {
  Value& v = mutable_value(id);
  if (v.name == to) return;
  TRTLIKE_CHECK(!find_value(to), "[ir] tensor '", v.name,
                "': expected a name that no other tensor has, got '", to, "'.");
  value_names_.erase(v.name);
  v.name = to;
  value_names_[to] = id.index;
}

std::string Graph::unique_value_name(const std::string& wanted) const {
  if (!find_value(wanted)) return wanted;
  for (int& i = taken_numbers_[wanted];;) {
    std::string candidate = core::str(wanted, "_", ++i);
    if (!find_value(candidate)) return candidate;
  }
}

Graph Graph::clone() const {
  Graph copy;
  copy.name = name;
  for (const auto& n : nodes_) copy.nodes_.push_back(std::make_unique<Node>(*n));
  for (const auto& v : values_) copy.values_.push_back(std::make_unique<Value>(*v));
  copy.inputs_ = inputs_;
  copy.outputs_ = outputs_;
  copy.loop_names_ = loop_names_;
  copy.conditional_names_ = conditional_names_;
  copy.value_names_ = value_names_;
  copy.taken_numbers_ = taken_numbers_;
  return copy;
}

}  // namespace trtlike::ir
