// The public Network: a definition under construction over a graph.
#include "core/check.h"
#include "core/failures/report.h"
#include "ir/network_state.h"
#include "ir/weights.h"

namespace trtlike {

using ir::NodeId;
using ir::ValueId;

void NetworkState::check_inferred(ValueId value) const {
  if (!graph.value(value).type.is_absent()) return;
  const auto found = refusals.find(graph.value(value).producer);
  TRTLIKE_CHECK(found == refusals.end(), found->second);
}

void NetworkState::check_complete() const {
  TRTLIKE_CHECK(refusals.empty(), refusals.begin()->second);
}

namespace {

ValueId tensor_at(const std::vector<ValueId>& list, int index, const char* what) {
  TRTLIKE_CHECK(index >= 0 && static_cast<size_t>(index) < list.size(), "[network] ", what,
                ": expected an index below ", list.size(), ", got ", index, ".");
  return list[static_cast<size_t>(index)];
}

void check_tensor(const std::shared_ptr<NetworkState>& state, const Tensor& tensor,
                  const char* what) {
  TRTLIKE_CHECK(tensor, "[network] ", what, ": expected a tensor, got none.");
  TRTLIKE_CHECK(NetworkAccess::state(tensor) == state, "[network] ", what,
                ": expected a tensor of network '", state->graph.name, "', got '", tensor.name(),
                "' of another network.");
}

/// True when `attributes` leaves one out that may still be set on the layer.
bool is_open(const ops::OpDefinition& op, const std::map<std::string, AttributeValue>& attributes) {
  for (const ops::AttributeSpec& spec : op.attributes)
    if (!attributes.contains(spec.name)) return true;
  return false;
}

/// The name that TensorRT gives to a layer that has none.
std::string default_layer_name(const ir::Graph& graph, std::string_view op) {
  return core::str("(Unnamed Layer* ", graph.nodes().size(), ") [", op, "]");
}

}  // namespace

Network::Network(uint32_t flags) : state_(std::make_shared<NetworkState>()) {
  state_->flags = flags;
}

std::string Network::name() const { return state_->graph.name; }
void Network::set_name(const std::string& name) { state_->graph.name = name; }
uint32_t Network::flags() const { return state_->flags; }
bool Network::flag(NetworkDefinitionCreationFlag flag) const {
  return ((state_->flags >> enum_number(flag)) & 1u) != 0;
}

Tensor Network::add_input(const std::string& name, DataType dtype, const Dims& dims) try {
  TRTLIKE_CHECK(dims.rank() >= 0, "[network] input '", name,
                "': expected a shape of known rank, got ", dims, ".");
  return NetworkAccess::tensor(state_, state_->graph.add_input(name, dtype, dims));
} catch (const std::exception& failure) {
  core::report_failure(nullptr, state_->error_recorder.get(), "", failure);
  throw;
}

Layer Network::add_layer(std::string_view op, const std::vector<Tensor>& inputs,
                         const std::map<std::string, AttributeValue>& attributes) try {
  const ops::OpDefinition* definition = ops::find_op(op);
  TRTLIKE_CHECK(definition != nullptr, "[network] layer: expected the name of an operation, got '",
                op, "'.");
  std::vector<ValueId> values;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i]) {
      values.push_back({});
      continue;
    }
    check_tensor(state_, inputs[i], core::str(op, ", input ", i).c_str());
    state_->check_inferred({inputs[i].id()});
    values.push_back({inputs[i].id()});
  }
  const std::string name = default_layer_name(state_->graph, op);
  const ir::AttributeList list(attributes.begin(), attributes.end());
  if (!is_open(*definition, attributes))
    return NetworkAccess::layer(state_, state_->graph.add_node(op, name, values, list));
  std::string refusal;
  const NodeId node = state_->graph.add_node_lenient(op, name, values, list, &refusal);
  if (!refusal.empty()) state_->refusals[node] = refusal;
  return NetworkAccess::layer(state_, node);
} catch (const std::exception& failure) {
  core::report_failure(nullptr, state_->error_recorder.get(), "", failure);
  throw;
}

ConstantLayer Network::add_constant(const Dims& shape, const Weights& weights) {
  const std::string name = default_layer_name(state_->graph, "Constant");
  return ConstantLayer(NetworkAccess::layer(
      state_, state_->graph.add_constant_node(name, weights.type, shape,
                                              ir::share_weights(name, shape, weights))));
}

void Network::mark_output(const Tensor& tensor) {
  check_tensor(state_, tensor, "mark_output");
  TRTLIKE_CHECK(!tensor.is_network_input(),
                "[network] mark_output: expected the output of a "
                "layer, got the network's input '",
                tensor.name(), "'. Add an identity layer after it.");
  state_->graph.mark_output({tensor.id()});
}

void Network::unmark_output(const Tensor& tensor) {
  check_tensor(state_, tensor, "unmark_output");
  state_->graph.unmark_output({tensor.id()});
}

void Network::mark_output_for_shapes(const Tensor& tensor) {
  check_tensor(state_, tensor, "mark_output_for_shapes");
  TRTLIKE_CHECK(!tensor.is_network_output(),
                "[network] mark_output_for_shapes: expected a tensor that is no output, got '",
                tensor.name(), "'.");
  const DataType dtype = tensor.dtype();
  TRTLIKE_CHECK(
      (dtype == DataType::Int32 || dtype == DataType::Int64) && tensor.shape().rank() <= 1,
      "[network] mark_output_for_shapes: expected a list of INT32 or INT64, got '", tensor.name(),
      "', ", core::dtype_name(dtype), " of shape ", tensor.shape(), ".");
  mark_output(tensor);
}

void Network::unmark_output_for_shapes(const Tensor& tensor) {
  check_tensor(state_, tensor, "unmark_output_for_shapes");
  TRTLIKE_CHECK(tensor.is_network_output(),
                "[network] unmark_output_for_shapes: expected an output of the network, got '",
                tensor.name(), "'.");
  state_->graph.unmark_output({tensor.id()});
}

void Network::remove_tensor(const Tensor& tensor) {
  check_tensor(state_, tensor, "remove_tensor");
  const ir::Value& value = state_->graph.value({tensor.id()});
  TRTLIKE_CHECK(value.users.empty() && !value.producer,
                "[network] remove_tensor: expected a "
                "tensor that no layer makes or reads, got '",
                value.name, "' with ", value.users.size(), " readers.");
  state_->graph.remove_value({tensor.id()});
}

int Network::num_inputs() const { return static_cast<int>(state_->graph.inputs().size()); }
int Network::num_outputs() const { return static_cast<int>(state_->graph.outputs().size()); }
int Network::num_layers() const { return static_cast<int>(state_->graph.nodes().size()); }

Tensor Network::input(int index) const {
  return NetworkAccess::tensor(state_, tensor_at(state_->graph.inputs(), index, "input"));
}

Tensor Network::output(int index) const {
  return NetworkAccess::tensor(state_, tensor_at(state_->graph.outputs(), index, "output"));
}

Layer Network::layer(int index) const {
  const std::vector<NodeId> nodes = state_->graph.nodes();
  TRTLIKE_CHECK(index >= 0 && static_cast<size_t>(index) < nodes.size(),
                "[network] layer: expected an index below ", nodes.size(), ", got ", index, ".");
  return NetworkAccess::layer(state_, nodes[static_cast<size_t>(index)]);
}

std::string Network::to_string() const { return state_->graph.to_string(); }

}  // namespace trtlike
