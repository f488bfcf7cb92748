// softmax(Q K^T * scale + mask) V becomes one node. Before the matrix products take in what follows
// them: scale and mask are part of the pattern.
#include <algorithm>

#include "optimizer/extents.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;
using Operation = ElementWiseOperation;

constexpr int64_t kNone = enum_number(MatrixOperation::None);

struct Match {
  /// All that become one, in no order that says what each is.
  std::vector<NodeId> nodes;
  /// The product with the values: its output is the attention's.
  NodeId weighted;
  ValueId query;
  /// [.., keys, depth] where `key_is_transposed` is false, else [.., depth, keys].
  ValueId key;
  bool key_is_transposed = false;
  ValueId value;
  ValueId mask;
  double scale = 1;
};

/// Takes x * scalar and x / scalar off `x` into `scale`. Inside the pattern each node must have no
/// other reader.
void peel_scale(const Graph& graph, ValueId& x, Match& match, bool inside) {
  while (true) {
    const NodeId node = graph.producer(x);
    const bool divides = is_element_wise(graph, node, Operation::Div);
    if (!divides && !is_element_wise(graph, node, Operation::Prod)) return;
    const auto operands = split_constant(graph, graph.node(node));
    if (!operands || (divides && operands->constant_is_first)) return;
    const auto scalar = ir::constant_scalar(graph, operands->constant);
    if (!scalar || *scalar == 0 || dims_of(graph, operands->other) != dims_of(graph, x)) return;
    if (inside && !only_reader(graph, x)) return;
    match.scale *= divides ? 1 / *scalar : *scalar;
    match.nodes.push_back(node);
    x = operands->other;
  }
}

/// A mask repeats to the scores, at every run, and does not depend on them.
bool is_mask(const Graph& graph, ValueId mask, ValueId scores) {
  const Dims &dims = dims_of(graph, mask), &to = dims_of(graph, scores);
  if (dims.rank() != to.rank()) return false;
  Extents extents(graph);
  for (int i = 0; i < dims.rank(); ++i)
    if (dims[i] != 1 &&
        (dims[i] != to[i] ||
         !extents.are_equal_where_they_meet(extents.extent(mask, i), extents.extent(scores, i))))
      return false;
  return true;
}

void match_mask(const Graph& graph, ValueId& scores, Match& match) {
  const NodeId node = graph.producer(scores);
  if (!is_element_wise(graph, node, Operation::Sum) || !only_reader(graph, scores)) return;
  const Dims dims = dims_of(graph, scores);
  const auto& inputs = graph.node(node).inputs;
  for (size_t i = 0; i < 2; ++i) {
    Match tried = match;
    ValueId product = inputs[i];
    peel_scale(graph, product, tried, true);
    if (!graph.producer_of(product, "MatrixMultiply") || dims_of(graph, product) != dims ||
        !is_mask(graph, inputs[1 - i], product))
      continue;
    match.mask = inputs[1 - i];
    match.nodes.push_back(node);
    scores = inputs[i];
    return;
  }
}

/// Q K^T at `scores`.
bool match_scores(const Graph& graph, ValueId scores, Match& match) {
  const NodeId id = graph.producer_of(scores, "MatrixMultiply");
  if (!id || !only_reader(graph, scores)) return false;
  const ir::Node& product = graph.node(id);
  if (product.attributes.get_int("op0") != kNone || is_constant(graph, product.inputs[0]) ||
      is_constant(graph, product.inputs[1]))
    return false;
  match.query = product.inputs[0];
  match.key = product.inputs[1];
  match.key_is_transposed = product.attributes.get_int("op1") == kNone;
  match.nodes.push_back(id);
  peel_scale(graph, match.query, match, false);
  peel_scale(graph, match.key, match, false);
  return true;
}

/// Batches and heads are the same for all three: attention does not repeat them.
bool has_equal_batches(const Graph& graph, const Match& match) {
  const Dims &q = dims_of(graph, match.query), &k = dims_of(graph, match.key),
             &v = dims_of(graph, match.value);
  if (q.rank() != k.rank() || q.rank() != v.rank() || q.rank() < 3 || q.rank() > 4) return false;
  Extents extents(graph);
  const auto are_equal = [&](ValueId a, ValueId b, int axis) {
    return dims_of(graph, a)[axis] == dims_of(graph, b)[axis] &&
           extents.are_equal_where_they_meet(extents.extent(a, axis), extents.extent(b, axis));
  };
  for (int i = 0; i + 2 < q.rank(); ++i)
    if (!are_equal(match.query, match.key, i) || !are_equal(match.query, match.value, i))
      return false;
  return true;
}

std::optional<Match> match_attention(const Graph& graph, NodeId softmax_id) {
  const ir::Node& softmax = graph.node(softmax_id);
  const int rank = dims_of(graph, softmax.outputs[0]).rank();
  if (softmax.attributes.get_int("axes") != int64_t{1} << (rank - 1)) return std::nullopt;
  if (!core::is_float(dtype_of(graph, softmax.outputs[0]))) return std::nullopt;
  const NodeId weighted = only_reader(graph, softmax.outputs[0]);
  if (!is_op(graph, weighted, "MatrixMultiply")) return std::nullopt;
  const ir::Node& last = graph.node(weighted);
  if (last.inputs[0] != softmax.outputs[0] || last.inputs[1] == softmax.outputs[0] ||
      last.attributes.get_int("op0") != kNone || last.attributes.get_int("op1") != kNone)
    return std::nullopt;
  Match match;
  match.weighted = weighted;
  match.value = last.inputs[1];
  ValueId scores = softmax.inputs[0];
  if (only_reader(graph, scores) != softmax_id) return std::nullopt;
  match_mask(graph, scores, match);
  peel_scale(graph, scores, match, true);
  if (!match_scores(graph, scores, match) || !has_equal_batches(graph, match)) return std::nullopt;
  match.nodes.insert(match.nodes.end(), {softmax_id, weighted});
  std::sort(match.nodes.begin(), match.nodes.end());
  return match;
}

/// A transpose of the last two axes.
std::vector<int64_t> swap_last(int rank) {
  std::vector<int64_t> permutation;
  for (int i = 0; i < rank; ++i) permutation.push_back(i);
  std::swap(permutation[static_cast<size_t>(rank - 1)], permutation[static_cast<size_t>(rank - 2)]);
  return permutation;
}

std::optional<ir::Patch> rewrite(const Graph& graph, NodeId id) {
  const auto match = match_attention(graph, id);
  if (!match) return std::nullopt;
  const std::string name = joined_name(graph, match->nodes);
  const int rank = dims_of(graph, match->query).rank();
  ir::Patch patch(graph);
  patch.inherit_from(id);
  ValueId query = match->query, key = match->key, value = match->value, mask = match->mask;
  if (match->key_is_transposed)
    key = patch.add("Shuffle", name, {key}, {{"first_transpose", swap_last(rank)}});
  // Three axes are heads without a batch.
  const auto with_batch = [&](ValueId x) {
    return rank == 3 && x != ValueId{}
               ? patch.add("Unsqueeze", name, {x}, {{"axes", std::vector<int64_t>{0}}})
               : x;
  };
  ValueId out = patch.add("Attention", name,
                          {with_batch(query), with_batch(key), with_batch(value), with_batch(mask)},
                          {{"scale", match->scale}});
  if (rank == 3) out = patch.add("Squeeze", name, {out}, {{"axes", std::vector<int64_t>{0}}});
  patch.replace(graph.node(match->weighted).outputs[0], out);
  return patch;
}

}  // namespace

Rule fuse_attention() {
  return {"fuse_attention",
          "MatrixMultiply(Softmax(MatrixMultiply(q, k^T) * scale + mask), v) -> Attention(q, k, v, "
          "mask)",
          "Softmax", 60, rewrite};
}

}  // namespace trtlike::optimizer
