// Nodes that give back one of their inputs.
#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "optimizer/passes/passes.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::Node;
using ir::ValueId;

using Operation = ElementWiseOperation;

constexpr int64_t kLastPlainReduce = enum_number(ReduceOperation::Avg);
constexpr int64_t kHalfPixel = enum_number(ResizeCoordinateTransformation::HalfPixel);

bool has_same_type(const Graph& graph, ValueId a, ValueId b) {
  return graph.value(a).type == graph.value(b).type;
}

/// Same type, and at most one extent that is not known: with equal element counts that one is equal
/// too.
bool keeps_shape(const Graph& graph, const Node& node) {
  const Dims& dims = graph.value(node.outputs[0]).type.dims;
  return has_same_type(graph, node.inputs[0], node.outputs[0]) &&
         std::count(dims.begin(), dims.end(), core::kUnknownDim) <= 1;
}

bool is_identity_permutation(const std::vector<int64_t>& permutation) {
  for (size_t i = 0; i < permutation.size(); ++i)
    if (permutation[i] != static_cast<int64_t>(i)) return false;
  return true;
}

bool all_equal(const std::vector<int64_t>& values, int64_t to) {
  return std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == to; });
}

bool has_input(const Node& node, size_t i) { return i < node.inputs.size() && node.inputs[i]; }

ValueId first_input(const Graph&, const Node& node) { return node.inputs[0]; }

ValueId forward_cast(const Graph& graph, const Node& node) {
  return has_same_type(graph, node.inputs[0], node.outputs[0]) ? node.inputs[0] : ValueId{};
}

ValueId forward_shuffle(const Graph& graph, const Node& node) {
  if (!is_identity_permutation(node.attributes.get_ints("first_transpose")) ||
      !is_identity_permutation(node.attributes.get_ints("second_transpose")))
    return {};
  const bool reshapes = node.attributes.get_bool("has_reshape") || has_input(node, 1);
  return !reshapes || keeps_shape(graph, node) ? node.inputs[0] : ValueId{};
}

/// True when the slice's axis `i` (of its lists) keeps all elements: an end as far out as exporters
/// write for "all", or an extent that is known to stay.
bool keeps_axis(const Graph& graph, const Node& node, size_t i) {
  constexpr int64_t kBeyondAll = 1000000000;
  const auto& axes = node.attributes.get_ints("axes");
  const auto& ends = node.attributes.get_ints("shape");
  const Dims &in = graph.value(node.inputs[0]).type.dims,
             &out = graph.value(node.outputs[0]).type.dims;
  const int64_t axis = axes.empty() ? static_cast<int64_t>(i) : axes[i];
  const int at = static_cast<int>(axis < 0 ? axis + in.rank() : axis);
  const auto& strides = node.attributes.get_ints("stride");
  const int64_t stride = i < strides.size() ? strides[i] : 1;
  if (in[at] >= 0) return in[at] == out[at] && (stride == 1 || in[at] == 1);
  return stride == 1 && node.attributes.get_bool("clamp_ends") && i < ends.size() &&
         ends[i] >= kBeyondAll;
}

/// A slice that starts at 0 and keeps all elements.
ValueId forward_slice(const Graph& graph, const Node& node) {
  for (size_t i = 1; i < node.inputs.size(); ++i)
    if (node.inputs[i]) return {};
  const auto& start = node.attributes.get_ints("start");
  if (!all_equal(start, 0) || !has_same_type(graph, node.inputs[0], node.outputs[0])) return {};
  const auto& axes = node.attributes.get_ints("axes");
  const size_t count = axes.empty() ? start.size() : axes.size();
  for (size_t i = 0; i < count; ++i)
    if (!keeps_axis(graph, node, i)) return {};
  return count > 0 ? node.inputs[0] : ValueId{};
}

ValueId forward_concatenation(const Graph&, const Node& node) {
  return node.inputs.size() == 1 ? node.inputs[0] : ValueId{};
}

ValueId forward_resize(const Graph& graph, const Node& node) {
  return node.attributes.get_int("coordinate_transformation") <= kHalfPixel &&
                 core::is_static(graph.value(node.outputs[0]).type.dims) &&
                 has_same_type(graph, node.inputs[0], node.outputs[0])
             ? node.inputs[0]
             : ValueId{};
}

ValueId forward_reduce(const Graph& graph, const Node& node) {
  const Dims& dims = graph.value(node.inputs[0]).type.dims;
  const int64_t mask = node.attributes.get_int("axes");
  for (int i = 0; i < dims.rank(); ++i)
    if ((mask >> i & 1) != 0 && dims[i] != 1) return {};
  return node.attributes.get_int("op") <= kLastPlainReduce && keeps_shape(graph, node)
             ? node.inputs[0]
             : ValueId{};
}

/// True for the constant c with which x op c is x.
bool is_neutral(Operation op, double c) {
  switch (op) {
    case Operation::Sum:
    case Operation::Sub:
      return c == 0;
    case Operation::Prod:
    case Operation::Div:
    case Operation::Pow:
    case Operation::FloorDiv:
      return c == 1;
    case Operation::Max:
      return c == -INFINITY;
    case Operation::Min:
      return c == INFINITY;
    default:
      return false;
  }
}

/// An operation with its neutral constant, where that does not widen x.
ValueId forward_element_wise(const Graph& graph, const Node& node) {
  const auto op = node.attributes.get_enum<Operation>("op");
  const auto forward = [&](size_t index) {
    const ValueId x = node.inputs[index], constant = node.inputs[1 - index];
    const auto scalar = ir::constant_scalar(graph, constant);
    const bool rounds =
        op == Operation::FloorDiv && core::is_floating_point(graph.value(x).type.dtype);
    if (!scalar || rounds || !is_neutral(op, *scalar)) return false;
    const Dims& widening = graph.value(constant).type.dims;
    return has_same_type(graph, x, node.outputs[0]) &&
           (core::is_static(graph.value(x).type.dims) ||
            all_equal({widening.begin(), widening.end()}, 1));
  };
  if (forward(0)) return node.inputs[0];
  const bool commutes =
      op == Operation::Sum || op == Operation::Prod || op == Operation::Max || op == Operation::Min;
  return commutes && forward(1) ? node.inputs[1] : ValueId{};
}

ValueId forward_select(const Graph& graph, const Node& node) {
  const auto condition = ir::constant_scalar(graph, node.inputs[0]);
  if (!condition) return {};
  const ValueId chosen = node.inputs[*condition != 0 ? 1 : 2];
  return core::is_static(graph.value(node.outputs[0]).type.dims) &&
                 has_same_type(graph, chosen, node.outputs[0])
             ? chosen
             : ValueId{};
}

ValueId forward_padding(const Graph&, const Node& node) {
  return all_equal(node.attributes.get_ints("pre_padding"), 0) &&
                 all_equal(node.attributes.get_ints("post_padding"), 0)
             ? node.inputs[0]
             : ValueId{};
}

ValueId forward_squeeze(const Graph& graph, const Node& node) {
  return graph.value(node.inputs[0]).type.dims.rank() ==
                 graph.value(node.outputs[0]).type.dims.rank()
             ? node.inputs[0]
             : ValueId{};
}

using Forward = ValueId (*)(const Graph&, const Node&);

Forward find_forward(std::string_view op) {
  static const std::map<std::string_view, Forward> forwards = {
      {"AttentionOutput", first_input},
      {"Identity", first_input},
      {"Cast", forward_cast},
      {"Concatenation", forward_concatenation},
      {"ElementWise", forward_element_wise},
      {"Padding", forward_padding},
      {"Reduce", forward_reduce},
      {"Resize", forward_resize},
      {"Select", forward_select},
      {"Shuffle", forward_shuffle},
      {"Slice", forward_slice},
      {"Squeeze", forward_squeeze},
      {"Unsqueeze", forward_squeeze},
  };
  const auto found = forwards.find(op);
  return found == forwards.end() ? nullptr : found->second;
}

/// An output of the network cannot take the place of an input, a constant or another output.
bool can_take_place(const Graph& graph, ValueId from, ValueId to) {
  const ir::Value& value = graph.value(to);
  return !graph.value(from).is_output || (!value.is_input && !value.is_output && !value.constant);
}

}  // namespace

int remove_noops(Graph& graph) {
  int changes = 0;
  for (const ir::NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    const Forward forward = find_forward(node.op->name);
    if (forward == nullptr || node.output_types[0]) continue;
    const ValueId to = forward(graph, node);
    if (!to || !has_same_type(graph, node.outputs[0], to) ||
        !can_take_place(graph, node.outputs[0], to))
      continue;
    graph.replace_uses(node.outputs[0], to);
    graph.remove_node(id);
    ++changes;
  }
  return changes;
}

}  // namespace trtlike::optimizer
