// Query, key and value from three products of one input become one product, which attention reads
// packed. After biases are part of the products.
#include <string_view>

#include "ir/recipe.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::Node;
using ir::NodeId;
using ir::ValueId;

constexpr int64_t kTranspose = enum_number(MatrixOperation::Transpose),
                  kNone = enum_number(MatrixOperation::None);

/// The product behind an operand: constant weights, an optional constant bias, nothing after.
const Node* match_projection(const Graph& graph, ValueId operand, NodeId attention) {
  const NodeId id = graph.producer(operand);
  if (!id || only_reader(graph, operand) != attention) return nullptr;
  const Node& node = graph.node(id);
  const std::string_view op = node.op->name;
  const bool is_plain = op == "MatrixMultiply" || (op == "FusedMatrixMultiply" &&
                                                   node.attributes.get_string("program").empty());
  if (!is_plain || !is_constant(graph, node.inputs[1]) || node.attributes.get_int("op0") != kNone ||
      node.attributes.get_int("op1") > kTranspose)
    return nullptr;
  return has_input(node, 2) && !is_constant(graph, node.inputs[2]) ? nullptr : &node;
}

bool are_alike(const Graph& graph, const Node& a, const Node& b) {
  return a.inputs[0] == b.inputs[0] && a.attributes.get_int("op1") == b.attributes.get_int("op1") &&
         graph.value(a.inputs[1]).type == graph.value(b.inputs[1]).type &&
         a.precision == b.precision;
}

/// The biases of the three products, zeros for one that has none; nothing when none has.
std::optional<ir::Constant> joined_bias(const Graph& graph,
                                        const std::vector<const Node*>& products, DataType dtype,
                                        int64_t width) {
  const ir::Constant zeros = ir::filled(dtype, {width}, 0);
  std::vector<ir::Constant> parts;
  bool any = false;
  for (const Node* product : products) {
    parts.push_back(zeros);
    if (!has_input(*product, 2)) continue;
    any = true;
    const ir::Constant bias = ir::constant_of(graph, product->inputs[2]);
    const int64_t count = core::elems(bias.type.dims);
    parts.back() = count == width
                       ? ir::reshaped(bias, {width})
                       : ir::combine(ElementWiseOperation::Sum, zeros, ir::reshaped(bias, {count}));
  }
  if (!any) return std::nullopt;
  return ir::concatenate(parts, 0);
}

std::optional<ir::Patch> rewrite(const Graph& graph, NodeId id) {
  const Node& attention = graph.node(id);
  if (attention.attributes.get_int("num_heads") == 0 || !has_input(attention, 1))
    return std::nullopt;
  std::vector<const Node*> products;
  std::vector<ValueId> weights;
  std::vector<NodeId> nodes;
  for (size_t i = 0; i < 3; ++i) {
    const Node* product = match_projection(graph, attention.inputs[i], id);
    if (product == nullptr || (i > 0 && !are_alike(graph, *products[0], *product)))
      return std::nullopt;
    products.push_back(product);
    weights.push_back(product->inputs[1]);
    nodes.push_back(graph.producer(attention.inputs[i]));
  }
  const ops::TensorType& type = graph.value(weights[0]).type;
  const bool transposed = products[0]->attributes.get_int("op1") == kTranspose;
  const int axis = type.dims.rank() - (transposed ? 2 : 1);
  for (int i = 0; i + 2 < type.dims.rank(); ++i)
    if (type.dims[i] != 1) return std::nullopt;
  const int64_t width = type.dims[axis];
  std::vector<ir::Constant> parts;
  for (const ValueId part : weights) parts.push_back(ir::constant_of(graph, part));
  ir::Patch patch(graph);
  patch.inherit_from(nodes[0]);
  std::vector<ValueId> inputs = {products[0]->inputs[0],
                                 patch.add_constant("qkv weights", ir::concatenate(parts, axis))};
  const auto bias = joined_bias(graph, products, type.dtype, width);
  if (bias) inputs.push_back(patch.add_constant("qkv bias", *bias));
  const ValueId packed =
      patch.add(bias ? "FusedMatrixMultiply" : "MatrixMultiply", joined_name(graph, nodes), inputs,
                {{"op1", products[0]->attributes.get_int("op1")}});
  std::vector<ValueId> operands = {packed};
  if (has_input(attention, 3))
    operands.insert(operands.end(), {ValueId{}, ValueId{}, attention.inputs[3]});
  patch.replace(attention.outputs[0],
                patch.add("Attention", attention.name, operands, attribute_list(attention)));
  return patch;
}

}  // namespace

Rule fuse_qkv() {
  return {"fuse_qkv", "Attention(x Wq, x Wk, x Wv) -> Attention(x [Wq Wk Wv])", "Attention", 130,
          rewrite};
}

}  // namespace trtlike::optimizer
