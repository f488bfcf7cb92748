// The public Tensor: a handle on a value of the network's graph.
#include <set>

#include "core/check.h"
#include "ir/network_state.h"

namespace trtlike {
namespace {

using ir::NodeId;
using ir::ValueId;

ir::Value& value_of(const Tensor& tensor) {
  TRTLIKE_CHECK(tensor, "[network] tensor: expected one of a network, got an empty handle.");
  ir::Value& value = NetworkAccess::state(tensor)->graph.mutable_value({tensor.id()});
  TRTLIKE_CHECK(value.alive, "[network] tensor '", value.name,
                "': expected one of the network, got one that was removed.");
  return value;
}

bool feeds_host_input(const ir::Graph& graph, ValueId id, std::set<NodeId>& seen) {
  for (const NodeId user : graph.value(id).users) {
    const ir::Node& node = graph.node(user);
    if (node.op->is_data_dependent) continue;
    for (size_t i = 0; i < node.inputs.size() && i < 32; ++i)
      if (node.inputs[i] == id && node.op->host_inputs.contains(i)) return true;
    if (node.op->layer_type == LayerType::Shape || !seen.insert(user).second) continue;
    for (const ValueId output : node.outputs)
      if (feeds_host_input(graph, output, seen)) return true;
  }
  return false;
}

}  // namespace

const std::string& Tensor::name() const { return value_of(*this).name; }

void Tensor::set_name(const std::string& name) {
  value_of(*this);
  state_->graph.rename_value({value_}, name);
}

DataType Tensor::dtype() const {
  value_of(*this);
  state_->check_inferred({value_});
  const ir::Value& value = value_of(*this);
  const auto bound = state_->input_types.find({value_});
  if (bound != state_->input_types.end()) return bound->second;
  if (!value.is_output || !value.producer) return value.type.dtype;
  const ir::Node& node = state_->graph.node(value.producer);
  return node.output_types[static_cast<size_t>(value.producer_output)].value_or(value.type.dtype);
}

void Tensor::set_dtype(DataType dtype) {
  ir::Value& value = value_of(*this);
  if (value.producer) {
    ir::Node& node = state_->graph.mutable_node(value.producer);
    node.output_types[static_cast<size_t>(value.producer_output)] = dtype;
    return;
  }
  TRTLIKE_CHECK(value.is_input, "[network] tensor '", value.name,
                "': expected a network input or a layer's output to set the type of, got a "
                "constant.");
  state_->input_types.erase({value_});
  const bool is_typed =
      ((state_->flags >> enum_number(NetworkDefinitionCreationFlag::StronglyTyped)) & 1u) != 0;
  if (!is_typed && core::is_floating_point(value.type.dtype) && core::is_floating_point(dtype)) {
    if (value.type.dtype != dtype) state_->input_types[{value_}] = dtype;
    return;
  }
  value.type.dtype = dtype;
  state_->graph.infer_users({value_}, state_->refusals);
}

Dims Tensor::shape() const {
  value_of(*this);
  state_->check_inferred({value_});
  return value_of(*this).type.dims;
}

void Tensor::set_shape(const Dims& shape) {
  ir::Value& value = value_of(*this);
  TRTLIKE_CHECK(value.is_input, "[network] tensor '", value.name,
                "': expected a network input to set the shape of, got another tensor. Shapes of "
                "other tensors follow from their layers.");
  for (int i = 0; i < shape.rank(); ++i)
    TRTLIKE_CHECK(shape[i] >= -1, "[network] input '", value.name, "', dimension ", i,
                  ": expected an extent of at least 0, or -1, got ", shape[i], " in shape ", shape,
                  ".");
  TRTLIKE_CHECK(shape.rank() >= 0, "[network] input '", value.name,
                "': expected a shape of known rank, got ", shape, ".");
  core::check_extents(shape, "[network] input '", value.name, "'");
  value.type.dims = shape;
  state_->graph.infer_users({value_}, state_->refusals);
}

bool Tensor::is_network_input() const { return value_of(*this).is_input; }
bool Tensor::is_network_output() const { return value_of(*this).is_output; }

bool Tensor::is_shape_tensor() const {
  value_of(*this);
  std::set<NodeId> seen;
  return feeds_host_input(state_->graph, {value_}, seen);
}

bool Tensor::is_execution_tensor() const { return !is_shape_tensor(); }

void Tensor::set_dimension_name(int index, const std::string& name) {
  ir::Value& value = value_of(*this);
  TRTLIKE_CHECK(index >= 0 && index < value.type.dims.rank(), "[network] tensor '", value.name,
                "': expected a dimension below ", value.type.dims.rank(), " to name, got ", index,
                ".");
  if (value.dimension_names.size() <= static_cast<size_t>(index))
    value.dimension_names.resize(static_cast<size_t>(index) + 1);
  value.dimension_names[static_cast<size_t>(index)] = name;
}

std::string Tensor::dimension_name(int index) const {
  const std::vector<std::string>& names = value_of(*this).dimension_names;
  const auto i = static_cast<size_t>(index);
  return index >= 0 && i < names.size() ? names[i] : "";
}

uint32_t Tensor::allowed_formats() const { return value_of(*this).allowed_formats; }
void Tensor::set_allowed_formats(uint32_t mask) { value_of(*this).allowed_formats = mask; }

std::optional<std::pair<float, float>> Tensor::dynamic_range() const {
  return value_of(*this).dynamic_range;
}

void Tensor::set_dynamic_range(float min, float max) {
  ir::Value& value = value_of(*this);
  TRTLIKE_CHECK(min <= max, "[network] tensor '", value.name,
                "': expected a dynamic range of min <= max, got [", min, ", ", max, "].");
  value.dynamic_range = {min, max};
}

void Tensor::reset_dynamic_range() { value_of(*this).dynamic_range.reset(); }

}  // namespace trtlike
