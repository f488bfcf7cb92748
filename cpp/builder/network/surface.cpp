// Conversions at the surface, and its formats.
#include "builder/network/surface.h"

#include <set>

#include "core/check.h"

namespace trtlike::builder {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;

uint32_t bit(TensorFormat format) { return 1u << static_cast<uint32_t>(format); }

bool allows(const ir::Value& value, TensorFormat format) {
  return (value.allowed_formats & bit(format)) != 0;
}

/// DLA's linear format is the linear one.
bool allows_linear(const ir::Value& value) {
  return allows(value, TensorFormat::Linear) || allows(value, TensorFormat::DlaLinear);
}

bool allows_channels_last(const ir::Value& value) {
  const int rank = value.type.dims.rank();
  return (rank >= 3 && rank <= 5 && allows(value, TensorFormat::HWC)) ||
         (rank == 5 && allows(value, TensorFormat::DHWC));
}

ValueId add_cast(Graph& graph, ValueId from, DataType dtype) {
  const NodeId cast = graph.add_node("Cast", graph.value(from).name + " cast", {from},
                                     {{"to_type", enum_number(dtype)}});
  return graph.node(cast).outputs[0];
}

void convert_input(Graph& graph, ValueId input, DataType bound) {
  const DataType read = graph.value(input).type.dtype;
  const std::vector<NodeId> uses = graph.value(input).users;
  graph.mutable_value(input).type.dtype = bound;
  const ValueId inside = add_cast(graph, input, read);
  for (const NodeId user : std::set<NodeId>(uses.begin(), uses.end())) {
    const std::vector<ValueId> inputs = graph.node(user).inputs;
    for (size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i] == input) graph.set_input(user, static_cast<int>(i), inside);
  }
}

/// The type that was set for an output where its layer gives another kind of elements.
std::optional<DataType> other_kind(const Graph& graph, ValueId output) {
  const ir::Value& value = graph.value(output);
  if (!value.producer || value.type.is_absent()) return std::nullopt;
  const std::optional<DataType>& set =
      graph.node(value.producer).output_types[static_cast<size_t>(value.producer_output)];
  if (!set || *set == value.type.dtype) return std::nullopt;
  if (core::is_floating_point(*set) && core::is_floating_point(value.type.dtype))
    return std::nullopt;
  return set;
}

ValueId convert_output(Graph& graph, ValueId output, DataType dtype) {
  const ir::Value& value = graph.value(output);
  const std::string name = value.name;
  graph.mutable_node(value.producer)
      .output_types[static_cast<size_t>(value.producer_output)]
      .reset();
  graph.rename_value(output, graph.unique_value_name(name + " before its cast"));
  const ValueId outside = add_cast(graph, output, dtype);
  graph.rename_value(outside, name);
  graph.mutable_value(outside).allowed_formats = graph.value(output).allowed_formats;
  return outside;
}

}  // namespace

void convert_surface(Graph& graph, const std::map<ValueId, DataType>& input_types) {
  for (const auto& [input, dtype] : input_types)
    if (graph.value(input).alive && graph.value(input).is_input) convert_input(graph, input, dtype);
  const std::vector<ValueId> outputs = graph.outputs();
  for (const ValueId output : outputs) graph.unmark_output(output);
  for (const ValueId output : outputs) {
    const std::optional<DataType> dtype = other_kind(graph, output);
    graph.mark_output(dtype ? convert_output(graph, output, *dtype) : output);
  }
}

void check_surface(const Graph& graph) {
  for (const auto* ids : {&graph.inputs(), &graph.outputs()})
    for (const ValueId id : *ids) {
      const ir::Value& value = graph.value(id);
      if (allows_linear(value) || allows_channels_last(value)) continue;
      throw UnsupportedError(core::str("[builder] tensor '", value.name,
                                       "', allowed_formats: expected LINEAR, or HWC for 3 to 5 "
                                       "axes, among them, got the bits ",
                                       value.allowed_formats, " for shape ", value.type.dims, "."));
    }
}

bool is_channels_last(const ir::Value& value) {
  return allows_channels_last(value) && !allows_linear(value);
}

}  // namespace trtlike::builder
