// exp(x - max(x)) / sum(exp(x - max(x))), with or without the maximum.
#include <algorithm>

#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;
using Operation = ElementWiseOperation;

constexpr int64_t kSum = enum_number(ReduceOperation::Sum),
                  kMax = enum_number(ReduceOperation::Max);

/// The axes of a reduction of `x` that keeps them; 0 when the value is none.
int64_t reduced_axes(const Graph& graph, ValueId value, ValueId x, int64_t op) {
  const NodeId id = graph.producer_of(value, "Reduce");
  if (!id) return 0;
  const ir::Node& node = graph.node(id);
  const bool fits = node.inputs[0] == x && node.attributes.get_int("op") == op &&
                    node.attributes.get_bool("keep_dims");
  return fits ? node.attributes.get_int("axes") : 0;
}

bool is_one_axis(int64_t mask) { return mask != 0 && (mask & (mask - 1)) == 0; }

/// Nobody but `readers` reads the value.
bool is_read_only_by(const Graph& graph, ValueId id, const std::vector<NodeId>& readers) {
  if (graph.value(id).is_output) return false;
  for (const NodeId user : graph.value(id).users)
    if (std::find(readers.begin(), readers.end(), user) == readers.end()) return false;
  return true;
}

std::optional<ir::Patch> rewrite(const Graph& graph, NodeId id) {
  if (!is_element_wise(graph, id, Operation::Div)) return std::nullopt;
  const ir::Node& division = graph.node(id);
  const ValueId exponentials = division.inputs[0], sum = division.inputs[1];
  const NodeId exp = graph.producer(exponentials);
  const int64_t axes = reduced_axes(graph, sum, exponentials, kSum);
  if (!is_unary(graph, exp, UnaryOperation::Exp) || !is_one_axis(axes)) return std::nullopt;
  if (!is_read_only_by(graph, exponentials, {id, graph.producer(sum)}) ||
      only_reader(graph, sum) != id)
    return std::nullopt;
  ValueId x = graph.node(exp).inputs[0];
  std::vector<NodeId> nodes = {exp, graph.producer(sum), id};
  const NodeId difference = graph.producer(x);
  if (is_element_wise(graph, difference, Operation::Sub) && only_reader(graph, x) == exp) {
    const auto& inputs = graph.node(difference).inputs;
    if (reduced_axes(graph, inputs[1], inputs[0], kMax) == axes) {
      nodes.insert(nodes.begin(), {graph.producer(inputs[1]), difference});
      x = inputs[0];
    }
  }
  ir::Patch patch(graph);
  patch.inherit_from(id);
  patch.replace(division.outputs[0],
                patch.add("Softmax", joined_name(graph, nodes), {x}, {{"axes", axes}}));
  return patch;
}

}  // namespace

Rule fuse_softmax() {
  return {"fuse_softmax", "Exp(x - Max(x)) / Sum(Exp(x - Max(x))) -> Softmax(x)", "ElementWise", 30,
          rewrite};
}

}  // namespace trtlike::optimizer
