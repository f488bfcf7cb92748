// A sum divided by its number of elements is a mean.
#include <cmath>

#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

constexpr int64_t kSum = enum_number(ReduceOperation::Sum),
                  kAverage = enum_number(ReduceOperation::Avg);

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const bool divides = is_element_wise(graph, id, ElementWiseOperation::Div);
  if (!divides && !is_element_wise(graph, id, ElementWiseOperation::Prod)) return std::nullopt;
  const ir::Node& node = graph.node(id);
  const auto operands = split_constant(graph, node);
  if (!operands || (divides && operands->constant_is_first)) return std::nullopt;
  const ir::NodeId reduce = graph.producer_of(operands->other, "Reduce");
  if (!reduce || only_reader(graph, operands->other) != id ||
      graph.node(reduce).attributes.get_int("op") != kSum)
    return std::nullopt;
  const auto scalar = ir::constant_scalar(graph, operands->constant);
  const ops::TensorType& type = graph.value(node.outputs[0]).type;
  if (!scalar || !core::is_float(type.dtype) || type != graph.value(operands->other).type)
    return std::nullopt;
  const Dims& dims = dims_of(graph, graph.node(reduce).inputs[0]);
  double count = 1;
  for (const int axis : mask_axes(graph.node(reduce).attributes.get_int("axes"), dims.rank())) {
    if (dims[axis] < 0) return std::nullopt;
    count *= static_cast<double>(dims[axis]);
  }
  const double wanted = divides ? count : 1 / count;
  if (count <= 0 || std::abs(*scalar - wanted) > 1e-6 * wanted) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(reduce);
  patch.replace(
      node.outputs[0],
      patch.add("Reduce", joined_name(graph, {reduce, id}), {graph.node(reduce).inputs[0]},
                {{"op", kAverage},
                 {"axes", graph.node(reduce).attributes.get_int("axes")},
                 {"keep_dims", graph.node(reduce).attributes.get_bool("keep_dims")}}));
  return patch;
}

}  // namespace

Rule fuse_mean() {
  return {"fuse_mean", "Reduce(x) {SUM} / count -> Reduce(x) {AVG}", "ElementWise", 27, rewrite};
}

}  // namespace trtlike::optimizer
