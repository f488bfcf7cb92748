// A transpose of the last two axes of an operand is the product's own transpose.
#include <algorithm>

#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

constexpr int64_t kNone = enum_number(MatrixOperation::None),
                  kTranspose = enum_number(MatrixOperation::Transpose);

/// x of a Shuffle that swaps the last two axes and nothing else.
ir::ValueId match_swap(const ir::Graph& graph, ir::ValueId value) {
  const ir::NodeId id = graph.producer_of(value, "Shuffle");
  if (!id || only_reader(graph, value) == ir::NodeId{}) return {};
  const ir::Node& node = graph.node(id);
  if (node.attributes.get_bool("has_reshape") || has_input(node, 1) ||
      !node.attributes.get_ints("second_transpose").empty())
    return {};
  std::vector<int64_t> permutation = node.attributes.get_ints("first_transpose");
  const size_t rank = permutation.size();
  if (rank < 2) return {};
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  for (size_t i = 0; i < rank; ++i)
    if (permutation[i] != static_cast<int64_t>(i)) return {};
  return node.inputs[0];
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  std::vector<ir::ValueId> inputs = node.inputs;
  int64_t ops[] = {node.attributes.get_int("op0"), node.attributes.get_int("op1")};
  bool changed = false;
  for (size_t i = 0; i < 2; ++i) {
    const ir::ValueId x = match_swap(graph, inputs[i]);
    if (!x || ops[i] > kTranspose) continue;
    inputs[i] = x;
    ops[i] = ops[i] == kNone ? kTranspose : kNone;
    changed = true;
  }
  if (!changed) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  patch.replace(node.outputs[0],
                patch.add("MatrixMultiply", node.name, inputs, {{"op0", ops[0]}, {"op1", ops[1]}}));
  return patch;
}

}  // namespace

Rule fuse_transpose_into_matmul() {
  return {"fuse_transpose_into_matmul",
          "MatrixMultiply(a, transpose(b)) -> MatrixMultiply(a, b) {op1 = TRANSPOSE}",
          "MatrixMultiply", 80, rewrite};
}

}  // namespace trtlike::optimizer
