// A product with one-hot rows picks rows of the weights. Before biases are part of products.

#include "ir/recipe.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

/// The constant is 0, 1, 2, ... along the last axis and has no other.
bool is_count(const ir::Graph& graph, ir::ValueId constant) {
  const auto elements = ir::constant_elements(graph, constant);
  const Dims& dims = dims_of(graph, constant);
  if (!elements || dims.rank() == 0 || core::elems(dims) != dims[dims.rank() - 1]) return false;
  for (size_t i = 0; i < elements->size(); ++i)
    if ((*elements)[i] != static_cast<double>(i)) return false;
  return true;
}

/// The indices [..., 1] behind Cast(indices == (0, 1, 2, ...)).
ir::ValueId match_one_hot(const ir::Graph& graph, ir::ValueId rows) {
  const ir::NodeId cast = graph.producer_of(rows, "Cast");
  if (!cast) return {};
  const ir::NodeId equal = graph.producer(graph.node(cast).inputs[0]);
  if (!equal || !is_element_wise(graph, equal, ElementWiseOperation::Equal)) return {};
  const auto parts = split_constant(graph, graph.node(equal));
  if (!parts || dtype_of(graph, parts->other) != dtype_of(graph, parts->constant)) return {};
  const DataType type = dtype_of(graph, parts->other);
  const Dims &indices = dims_of(graph, parts->other), &hot = dims_of(graph, rows);
  const int last = indices.rank() - 1;
  if ((type != DataType::Int32 && type != DataType::Int64) || indices.rank() != hot.rank() ||
      last < 1 || indices[last] != 1 || !is_count(graph, parts->constant) ||
      hot[last] != core::elems(dims_of(graph, parts->constant)))
    return {};
  return parts->other;
}

/// The table with a row of zeros behind it.
ir::Constant add_zero_row(const ir::Graph& graph, ir::ValueId table) {
  const ir::Constant constant = ir::constant_of(graph, table);
  const Dims& dims = constant.type.dims;
  const int64_t rows = dims[dims.rank() - 2], columns = dims[dims.rank() - 1];
  return ir::concatenate(
      {ir::reshaped(constant, {rows, columns}), ir::filled(constant.type.dtype, {1, columns}, 0)},
      0);
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& product = graph.node(id);
  if (product.attributes.get_enum<MatrixOperation>("op0") != MatrixOperation::None ||
      product.attributes.get_enum<MatrixOperation>("op1") != MatrixOperation::None ||
      !is_constant(graph, product.inputs[1]))
    return std::nullopt;
  const ops::TensorType& weights = graph.value(product.inputs[1]).type;
  const int rank = weights.dims.rank();
  if (rank < 2 || core::elems(weights.dims) != weights.dims[rank - 2] * weights.dims[rank - 1])
    return std::nullopt;
  const ir::ValueId indices = match_one_hot(graph, product.inputs[0]);
  if (!indices || dims_of(graph, indices).rank() < rank) return std::nullopt;
  const int last = dims_of(graph, indices).rank() - 1;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ir::ValueId table = patch.add_constant(graph.value(product.inputs[1]).name,
                                               add_zero_row(graph, product.inputs[1]));
  // What is outside finds the row of zeros, from the front or from the back.
  const auto clamp = [&](ir::ValueId value, ElementWiseOperation operation, int64_t bound) {
    const ir::ValueId constant =
        patch.add_constant("bound of indices", dtype_of(graph, indices), Dims::filled(last + 1, 1),
                           std::vector<double>{static_cast<double>(bound)});
    return patch.add("ElementWise", product.name, {value, constant},
                     {{"op", static_cast<int64_t>(operation)}});
  };
  const ir::ValueId clamped = clamp(clamp(indices, ElementWiseOperation::Max, -1),
                                    ElementWiseOperation::Min, weights.dims[rank - 2]);
  const ir::ValueId rows =
      patch.add("Squeeze", product.name, {clamped}, {{"axes", std::vector<int64_t>{last}}});
  patch.replace(product.outputs[0], patch.add("Gather", product.name, {table, rows}));
  return patch;
}

}  // namespace

Rule one_hot_product_to_gather() {
  return {"one_hot_product_to_gather", "MatrixMultiply(Cast(i == (0, 1, ...)), w) -> Gather(w, i)",
          "MatrixMultiply", 30, rewrite};
}

}  // namespace trtlike::optimizer
