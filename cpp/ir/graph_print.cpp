// The graph as text: stable, one node a line.
#include <algorithm>

#include "core/text.h"
#include "ir/graph.h"

namespace trtlike::ir {
namespace {

constexpr int64_t kMaxPrintedElems = 8;

std::string type_text(const ops::TensorType& type) {
  return core::str(core::dtype_name(type.dtype), " ", type.dims);
}

/// "%7" for computed values and inputs, the name of a constant, "-" for an absent input.
std::string value_text(const Graph& graph, ValueId id) {
  if (!id) return "-";
  if (graph.value(id).constant) return graph.value(id).name;
  return core::str("%", id.index);
}

/// The attributes that differ from their defaults.
std::string attributes_text(const Node& node) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : node.attributes.items()) {
    const auto same = [&, &key = key, &value = value](const ops::AttributeSpec& spec) {
      return key == spec.name && value == spec.default_value;
    };
    if (std::none_of(node.op->attributes.begin(), node.op->attributes.end(), same))
      parts.push_back(core::str(key, "=", ops::to_string(value)));
  }
  return parts.empty() ? "" : core::str(" {", core::join(parts), "}");
}

std::string node_line(const Graph& graph, const Node& node) {
  std::vector<std::string> inputs, outputs, types;
  for (const ValueId id : node.inputs) inputs.push_back(value_text(graph, id));
  for (const ValueId id : node.outputs) {
    outputs.push_back(value_text(graph, id));
    types.push_back(type_text(graph.value(id).type));
  }
  return core::str(core::join(outputs), " = ", node.op->name, "(", core::join(inputs), ")",
                   attributes_text(node), " : ", core::join(types), "  # ", node.name, "\n");
}

std::string constant_line(const Graph& graph, ValueId id) {
  const Value& value = graph.value(id);
  std::string line = core::str("constant ", value.name, " : ", type_text(value.type));
  if (core::elems(value.type.dims) <= kMaxPrintedElems)
    if (const auto elements = constant_elements(graph, id))
      line += core::str(" = [", core::join(*elements), "]");
  return line + "\n";
}

}  // namespace

std::string Graph::to_string() const {
  std::string text;
  for (const ValueId id : inputs_)
    text += core::str("input %", id.index, " : ", type_text(value(id).type), "  # ", value(id).name,
                      "\n");
  for (size_t i = 0; i < values_.size(); ++i)
    if (values_[i]->alive && values_[i]->constant)
      text += constant_line(*this, {static_cast<int32_t>(i)});
  for (const NodeId id : topological_order()) {
    if (!node(id).outputs.empty() && value(node(id).outputs[0]).constant) continue;
    text += node_line(*this, node(id));
    for (const auto& region : node(id).regions) text += core::indented(region->to_string());
  }
  for (const ValueId id : outputs_)
    text += core::str("output ", value_text(*this, id), "  # ", value(id).name, "\n");
  return text;
}

}  // namespace trtlike::ir
