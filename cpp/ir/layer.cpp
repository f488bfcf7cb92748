// The public Layer: a handle on a node of the network's graph.
#include <algorithm>

#include "core/check.h"
#include "ir/network_state.h"
#include "ir/weights.h"
#include "ops/effects.h"

namespace trtlike {
namespace {

using ir::NodeId;
using ir::ValueId;

ir::Node& node_of(const Layer& layer, const std::shared_ptr<NetworkState>& state) {
  TRTLIKE_CHECK(layer, "[network] layer: expected one of a network, got an empty handle.");
  ir::Node& node = state->graph.mutable_node({layer.id()});
  TRTLIKE_ASSERT(node.alive, "layer '", node.name, "'");
  return node;
}

/// True for weights that belong to the layer: TensorRT shows them as its kernel or bias, not as an
/// input.
bool is_own_weights(const ir::Graph& graph, const ir::Node& node, size_t index) {
  if (!node.inputs[index] || node.op->inputs.empty()) return false;
  const ops::InputSpec& spec = node.op->inputs[std::min(index, node.op->inputs.size() - 1)];
  const ir::Value& value = graph.value(node.inputs[index]);
  return spec.weights && value.constant && !value.producer;
}

std::optional<DataType>& output_type_at(ir::Node& node, int index) {
  TRTLIKE_CHECK(index >= 0 && static_cast<size_t>(index) < node.output_types.size(),
                "[network] layer '", node.name, "': expected an output below ",
                node.output_types.size(), ", got ", index, ".");
  return node.output_types[static_cast<size_t>(index)];
}

size_t check_input_index(const ir::Node& node, int index) {
  const size_t most = node.op->inputs.size();
  TRTLIKE_CHECK(index >= 0, "[network] layer '", node.name, "' (", node.op->name,
                "): expected an input of at least 0, got ", index, ".");
  TRTLIKE_CHECK(node.op->variadic || static_cast<size_t>(index) < most, "[network] layer '",
                node.name, "' (", node.op->name, "): expected an input below ", most, ", got ",
                index, ".");
  return static_cast<size_t>(index);
}

/// Removes a constant that nobody reads any more.
void drop_unused_constant(ir::Graph& graph, ValueId id) {
  if (!id) return;
  const ir::Value& value = graph.value(id);
  if (value.constant && !value.producer && value.users.empty()) graph.remove_value(id);
}

}  // namespace

const std::string& Layer::name() const { return node_of(*this, state_).name; }
void Layer::set_name(const std::string& name) { node_of(*this, state_).name = name; }
const std::string& Layer::metadata() const { return node_of(*this, state_).metadata; }
void Layer::set_metadata(const std::string& metadata) {
  node_of(*this, state_).metadata = metadata;
}

LayerType Layer::type() const { return node_of(*this, state_).op->layer_type; }

std::string_view Layer::op_name() const { return node_of(*this, state_).op->name; }

int Layer::num_inputs() const {
  const ir::Node& node = node_of(*this, state_);
  size_t count = node.inputs.size();
  while (count > 0 && (!node.inputs[count - 1] || is_own_weights(state_->graph, node, count - 1)))
    --count;
  return static_cast<int>(count);
}

int Layer::num_outputs() const {
  const ir::Node& node = node_of(*this, state_);
  return ops::has_effect(*node.op) ? 0 : static_cast<int>(node.outputs.size());
}

Tensor Layer::input(int index) const {
  const ir::Node& node = node_of(*this, state_);
  const auto i = static_cast<size_t>(index);
  if (index < 0 || i >= node.inputs.size() || !node.inputs[i] ||
      is_own_weights(state_->graph, node, i))
    return {};
  return NetworkAccess::tensor(state_, node.inputs[i]);
}

Tensor Layer::output(int index) const {
  const ir::Node& node = node_of(*this, state_);
  const auto i = static_cast<size_t>(index);
  if (index < 0 || i >= node.outputs.size() || ops::has_effect(*node.op)) return {};
  return NetworkAccess::tensor(state_, node.outputs[i]);
}

void Layer::set_input(int index, const Tensor& tensor) {
  const ir::Node& node = node_of(*this, state_);
  const size_t i = check_input_index(node, index);
  ir::Graph& graph = state_->graph;
  if (tensor) {
    TRTLIKE_CHECK(NetworkAccess::state(tensor) == state_, "[network] layer '", node.name,
                  "', input ", index, ": expected a tensor of the same network, got '",
                  tensor.name(), "'.");
    const NodeId producer = graph.producer({tensor.id()});
    TRTLIKE_CHECK(
        node.op->back_inputs.contains(i) || !producer || !graph.depends_on(producer, {node_}),
        "[network] layer '", node.name, "', input ", index,
        ": expected a tensor that does not depend on the layer, got '", tensor.name(), "'.");
  }
  const ValueId old_value = i < node.inputs.size() ? node.inputs[i] : ValueId{};
  graph.set_input({node_}, index, tensor ? ValueId{tensor.id()} : ValueId{});
  drop_unused_constant(graph, old_value);
  graph.infer_from({node_}, state_->refusals);
}

AttributeValue Layer::attribute(std::string_view name) const {
  const ir::Node& node = node_of(*this, state_);
  const AttributeValue* value = node.attributes.find(name);
  if (value != nullptr) return *value;
  std::vector<std::string> names;
  for (const ops::AttributeSpec& spec : node.op->attributes) names.emplace_back(spec.name);
  throw UserError(core::str("[network] layer '", node.name, "' (", node.op->name,
                            "): expected one of the attributes ", core::join(names), ", got '",
                            name, "'."));
}

void Layer::set_attribute(std::string_view name, AttributeValue value) {
  node_of(*this, state_);
  state_->graph.set_attribute({node_}, name, std::move(value));
  state_->graph.infer_from({node_}, state_->refusals);
}

Weights Layer::constant_input(int index) const {
  const ir::Node& node = node_of(*this, state_);
  const auto i = static_cast<size_t>(index);
  if (node.op->layer_type == LayerType::Constant && index == 0) {
    const ir::Value& own = state_->graph.value(node.outputs[0]);
    return {own.type.dtype, own.constant->data.get(), core::elems(own.type.dims),
            own.constant->data};
  }
  if (index < 0 || i >= node.inputs.size() || !node.inputs[i]) return {};
  const ir::Value& value = state_->graph.value(node.inputs[i]);
  if (!value.constant) return {};
  return {value.type.dtype, value.constant->data.get(), core::elems(value.type.dims),
          value.constant->data};
}

Dims Layer::constant_input_dims(int index) const {
  const ir::Node& node = node_of(*this, state_);
  const auto i = static_cast<size_t>(index);
  if (node.inputs.empty() && index == 0 && !node.outputs.empty())
    return state_->graph.value(node.outputs[0]).type.dims;
  if (index < 0 || i >= node.inputs.size() || !node.inputs[i] ||
      !state_->graph.value(node.inputs[i]).constant)
    return Dims::unknown_rank();
  return state_->graph.value(node.inputs[i]).type.dims;
}

void Layer::set_constant_input(int index, const Dims& dims, const Weights& weights) {
  const ir::Node& node = node_of(*this, state_);
  ir::Graph& graph = state_->graph;
  if (node.op->layer_type == LayerType::Constant && index == 0) {
    graph.set_constant(node.outputs[0], {weights.type, dims},
                       ir::share_weights(node.name, dims, weights));
    graph.infer_users(node.outputs[0], state_->refusals);
    return;
  }
  const size_t i = check_input_index(node, index);
  const ops::InputSpec& spec = node.op->inputs[std::min(i, node.op->inputs.size() - 1)];
  const std::string name = core::str(node.name, " ", spec.name);
  const ValueId added =
      graph.add_constant(name, weights.type, dims, ir::share_weights(name, dims, weights));
  const ValueId old_value = i < node.inputs.size() ? node.inputs[i] : ValueId{};
  graph.set_input({node_}, index, added);
  drop_unused_constant(graph, old_value);
  graph.infer_from({node_}, state_->refusals);
}

std::optional<DataType> Layer::precision() const { return node_of(*this, state_).precision; }
void Layer::set_precision(DataType dtype) { node_of(*this, state_).precision = dtype; }
void Layer::reset_precision() { node_of(*this, state_).precision.reset(); }

std::optional<DataType> Layer::output_type(int index) const {
  return output_type_at(node_of(*this, state_), index);
}

void Layer::set_output_type(int index, DataType dtype) {
  output_type_at(node_of(*this, state_), index) = dtype;
}

void Layer::reset_output_type(int index) { output_type_at(node_of(*this, state_), index).reset(); }

}  // namespace trtlike
