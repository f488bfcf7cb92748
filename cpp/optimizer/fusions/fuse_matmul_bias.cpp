// A constant summand for each column of a product with constant weights becomes its bias.
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

/// True when the constant has the product's last extent and is 1 before.
bool is_row(const Dims& constant, const Dims& product) {
  const int last = constant.rank() - 1;
  if (last < 0 || constant[last] != product[product.rank() - 1]) return false;
  for (int i = 0; i < last; ++i)
    if (constant[i] != 1) return false;
  return true;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& product = graph.node(id);
  const ir::NodeId user = only_reader(graph, product.outputs[0]);
  if (!is_constant(graph, product.inputs[1]) || !precisions_agree(graph, id, user ? user : id))
    return std::nullopt;
  if (!is_element_wise(graph, user, ElementWiseOperation::Sum)) return std::nullopt;
  const auto operands = split_constant(graph, graph.node(user));
  const ops::TensorType& type = graph.value(product.outputs[0]).type;
  if (!operands || operands->other != product.outputs[0] || !core::is_float(type.dtype))
    return std::nullopt;
  if (!is_row(dims_of(graph, operands->constant), type.dims)) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ir::Value& summand = graph.value(operands->constant);
  const ir::ValueId bias = patch.add_constant(summand.name, type.dtype,
                                              {type.dims[type.dims.rank() - 1]}, *summand.constant);
  patch.replace(graph.node(user).outputs[0],
                patch.add("FusedMatrixMultiply", joined_name(graph, {id, user}),
                          {product.inputs[0], product.inputs[1], bias}, attribute_list(product)));
  return patch;
}

}  // namespace

Rule fuse_matmul_bias() {
  return {"fuse_matmul_bias",
          "MatrixMultiply(a, weights) + bias -> FusedMatrixMultiply(a, weights, bias)",
          "MatrixMultiply", 110, rewrite};
}

}  // namespace trtlike::optimizer
