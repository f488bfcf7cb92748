// Questions about the graph around a node.
#include "optimizer/match.h"

#include <algorithm>

#include "core/strings.h"

namespace trtlike::optimizer {

using ir::Graph;
using ir::Node;
using ir::NodeId;
using ir::ValueId;

namespace {

constexpr size_t kMaxName = 2048;

}  // namespace

bool is_op(const Graph& graph, NodeId node, std::string_view op) {
  return node && op == graph.node(node).op->name;
}

bool is_element_wise(const Graph& graph, NodeId node, ElementWiseOperation operation) {
  return is_op(graph, node, "ElementWise") &&
         graph.node(node).attributes.get_enum<ElementWiseOperation>("op") == operation;
}

bool is_unary(const Graph& graph, NodeId node, UnaryOperation operation) {
  return is_op(graph, node, "Unary") &&
         graph.node(node).attributes.get_enum<UnaryOperation>("op") == operation;
}

bool is_constant(const Graph& graph, ValueId id) {
  return id && graph.value(id).constant.has_value();
}

bool has_input(const Node& node, size_t index) {
  return index < node.inputs.size() && node.inputs[index];
}

const Dims& dims_of(const Graph& graph, ValueId id) { return graph.value(id).type.dims; }
DataType dtype_of(const Graph& graph, ValueId id) { return graph.value(id).type.dtype; }

NodeId only_reader(const Graph& graph, ValueId id) {
  const ir::Value& value = graph.value(id);
  if (value.is_output || value.users.empty()) return {};
  const NodeId first = value.users.front();
  const bool same = std::all_of(value.users.begin(), value.users.end(),
                                [&](NodeId user) { return user == first; });
  return same ? first : NodeId{};
}

std::optional<WithConstant> split_constant(const Graph& graph, const Node& node) {
  if (node.inputs.size() != 2 || !node.inputs[0] || !node.inputs[1]) return std::nullopt;
  const bool first = is_constant(graph, node.inputs[0]),
             second = is_constant(graph, node.inputs[1]);
  if (first == second) return std::nullopt;
  return WithConstant{node.inputs[first ? 1 : 0], node.inputs[first ? 0 : 1], first};
}

std::string joined_name(const Graph& graph, const std::vector<NodeId>& nodes) {
  std::vector<std::string> names;
  for (const NodeId id : nodes) names.push_back(graph.node(id).name);
  std::string joined = core::join(names, " + ");
  if (joined.size() <= kMaxName) return joined;
  // Of a name that is added to again and again, the first and the last are kept.
  const size_t head = joined.rfind(" + ", kMaxName / 2),
               tail = joined.find(" + ", joined.size() - kMaxName / 2);
  if (head == std::string::npos || tail == std::string::npos || head >= tail) return joined;
  return joined.substr(0, head) + " + ..." + joined.substr(tail);
}

bool precisions_agree(const Graph& graph, NodeId a, NodeId b) {
  const auto &first = graph.node(a).precision, &second = graph.node(b).precision;
  return !first || !second || *first == *second;
}

ir::AttributeList attribute_list(const Node& node) {
  return {node.attributes.items().begin(), node.attributes.items().end()};
}

std::vector<int> mask_axes(int64_t mask, int rank) {
  std::vector<int> axes;
  for (int i = 0; i < rank; ++i)
    if ((mask >> i & 1) != 0) axes.push_back(i);
  return axes;
}

bool is_along(const Dims& dims, int axis, int64_t extent) {
  for (int i = 0; i < dims.rank(); ++i)
    if (dims[i] != 1 && (i != axis || dims[i] != extent)) return false;
  return extent >= 0;
}

std::optional<std::vector<double>> factors_along(const Graph& graph, ValueId constant, int axis,
                                                 int64_t extent) {
  if (!is_along(dims_of(graph, constant), axis, extent)) return std::nullopt;
  const auto elements = ir::constant_elements(graph, constant);
  if (!elements || elements->empty()) return std::nullopt;
  if (elements->size() == 1)
    return std::vector<double>(static_cast<size_t>(extent), elements->front());
  return elements;
}

}  // namespace trtlike::optimizer
