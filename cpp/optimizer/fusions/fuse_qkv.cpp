// Query, key and value from three products of one input become one product, which attention reads
// packed. After biases are part of the products.
#include <cstring>
#include <string_view>

#include "core/os/memory.h"
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

/// The constants one after the other along `axis`, byte by byte.
ir::ConstantData concatenate(const Graph& graph, const std::vector<ValueId>& parts, int axis) {
  const ops::TensorType& type = graph.value(parts[0]).type;
  const auto outer = static_cast<size_t>(core::elems_between(type.dims, 0, axis));
  const size_t run =
      core::dtype_bytes(type.dtype, core::elems_between(type.dims, axis, type.dims.rank()));
  const size_t bytes = outer * run * parts.size();
  const std::shared_ptr<void> data = core::allocate_shared(bytes);
  char* to = static_cast<char*>(data.get());
  for (size_t i = 0; i < outer; ++i)
    for (const ValueId part : parts) {
      std::memcpy(to, static_cast<const char*>(graph.value(part).constant->data.get()) + i * run,
                  run);
      to += run;
    }
  return {data, bytes};
}

/// The biases of the three products, zeros for one that has none; nothing when none has.
std::optional<std::vector<double>> joined_bias(const Graph& graph,
                                               const std::vector<const Node*>& products,
                                               int64_t width) {
  std::vector<double> out;
  bool any = false;
  for (const Node* product : products) {
    const bool has = has_input(*product, 2);
    any |= has;
    auto part = has ? *ir::constant_elements(graph, product->inputs[2])
                    : std::vector<double>(static_cast<size_t>(width), 0);
    part.resize(static_cast<size_t>(width), part.front());
    out.insert(out.end(), part.begin(), part.end());
  }
  return any ? std::optional(out) : std::nullopt;
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
  Dims packed_dims = type.dims;
  packed_dims[axis] = 3 * width;
  ir::Patch patch(graph);
  patch.inherit_from(nodes[0]);
  std::vector<ValueId> inputs = {products[0]->inputs[0],
                                 patch.add_constant("qkv weights", type.dtype, packed_dims,
                                                    concatenate(graph, weights, axis))};
  const auto bias = joined_bias(graph, products, width);
  if (bias) inputs.push_back(patch.add_constant("qkv bias", type.dtype, {3 * width}, *bias));
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
