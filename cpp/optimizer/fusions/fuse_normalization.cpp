// Layer and RMS normalization as exporters decompose them: (x - mean) / sqrt(variance + epsilon).
// Scale and bias follow in fuse_normalization_scale.
#include <algorithm>

#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;
using Operation = ElementWiseOperation;

constexpr int64_t kAverage = enum_number(ReduceOperation::Avg);

/// The value before reshapes: statistics are computed with and without the axes of extent 1.
ValueId before_reshapes(const Graph& graph, ValueId value) {
  while (true) {
    const auto map = shuffle_map(graph, graph.producer(value));
    if (!map || !map->is_reshape()) return value;
    value = graph.node(graph.producer(value)).inputs[0];
  }
}

/// x of mean(x), and the axes; a none value when it is no mean.
struct Mean {
  ValueId x;
  int64_t axes = 0;
};

Mean match_mean(const Graph& graph, ValueId value) {
  const NodeId id = graph.producer_of(before_reshapes(graph, value), "Reduce");
  if (!id || graph.node(id).attributes.get_int("op") != kAverage) return {};
  return {graph.node(id).inputs[0], graph.node(id).attributes.get_int("axes")};
}

/// x of x * x and x ^ 2.
ValueId match_square(const Graph& graph, ValueId value) {
  const NodeId id = graph.producer(value);
  if (!is_op(graph, id, "ElementWise")) return {};
  const auto& inputs = graph.node(id).inputs;
  if (is_element_wise(graph, id, Operation::Prod) && inputs[0] == inputs[1]) return inputs[0];
  return is_element_wise(graph, id, Operation::Pow) && ir::constant_scalar(graph, inputs[1]) == 2.0
             ? inputs[0]
             : ValueId{};
}

/// The sum with a positive number at `value`.
struct Shifted {
  ValueId x;
  double epsilon = 0;
};

std::optional<Shifted> match_epsilon(const Graph& graph, ValueId value) {
  value = before_reshapes(graph, value);
  const NodeId id = graph.producer(value);
  if (!is_element_wise(graph, id, Operation::Sum) || !only_reader(graph, value))
    return std::nullopt;
  const auto operands = split_constant(graph, graph.node(id));
  const auto scalar = operands ? ir::constant_scalar(graph, operands->constant) : std::nullopt;
  if (!scalar || *scalar < 0 || dims_of(graph, operands->other) != dims_of(graph, value))
    return std::nullopt;
  return Shifted{operands->other, *scalar};
}

/// v of sqrt(v).
ValueId match_root(const Graph& graph, ValueId value) {
  value = before_reshapes(graph, value);
  const NodeId id = graph.producer(value);
  if (!only_reader(graph, value)) return {};
  if (is_unary(graph, id, UnaryOperation::Sqrt)) return graph.node(id).inputs[0];
  return is_element_wise(graph, id, Operation::Pow) &&
                 ir::constant_scalar(graph, graph.node(id).inputs[1]) == 0.5
             ? graph.node(id).inputs[0]
             : ValueId{};
}

/// v of 1 / sqrt(v).
ValueId match_inverse_root(const Graph& graph, ValueId value) {
  value = before_reshapes(graph, value);
  const NodeId id = graph.producer(value);
  if (!id || !only_reader(graph, value)) return {};
  const auto& inputs = graph.node(id).inputs;
  if (is_unary(graph, id, UnaryOperation::Recip)) return match_root(graph, inputs[0]);
  if (is_element_wise(graph, id, Operation::Div) && ir::constant_scalar(graph, inputs[0]) == 1.0)
    return match_root(graph, inputs[1]);
  return is_element_wise(graph, id, Operation::Pow) && ir::constant_scalar(graph, inputs[1]) == -0.5
             ? inputs[0]
             : ValueId{};
}

struct Match {
  ValueId x;
  int64_t axes = 0;
  double epsilon = 0;
  bool simplified = false;
};

/// The shape of a reduction that keeps its axes.
Dims kept_dims(Dims dims, int64_t axes) {
  for (const int axis : mask_axes(axes, dims.rank())) dims[axis] = 1;
  return dims;
}

/// `distance` over the root of `spread`: which x is normalized by that?
std::optional<Match> match_core(const Graph& graph, ValueId distance, ValueId spread) {
  const auto shifted = match_epsilon(graph, spread);
  if (!shifted) return std::nullopt;
  const Mean variance = match_mean(graph, shifted->x);
  if (!variance.x || match_square(graph, variance.x) != distance) return std::nullopt;
  Match match{distance, variance.axes, shifted->epsilon, true};
  const NodeId difference = graph.producer(distance);
  if (!is_element_wise(graph, difference, Operation::Sub)) return match;
  const auto& inputs = graph.node(difference).inputs;
  const Mean mean = match_mean(graph, inputs[1]);
  if (mean.x != inputs[0] || mean.axes != variance.axes ||
      dims_of(graph, inputs[1]) != kept_dims(dims_of(graph, mean.x), mean.axes))
    return match;
  match.x = inputs[0];
  match.simplified = false;
  return match;
}

/// As match_core where the variance is mean(x^2) - mean(x)^2, kept from falling below 0.
std::optional<Match> match_moments(const Graph& graph, ValueId distance, ValueId spread) {
  const auto shifted = match_epsilon(graph, spread);
  const NodeId difference = graph.producer(distance);
  if (!shifted || !is_element_wise(graph, difference, Operation::Sub)) return std::nullopt;
  ValueId variance = before_reshapes(graph, shifted->x);
  const NodeId limit = graph.producer(variance);
  if (is_element_wise(graph, limit, Operation::Max)) {
    const auto operands = split_constant(graph, graph.node(limit));
    if (!operands || ir::constant_scalar(graph, operands->constant) != 0.0) return std::nullopt;
    variance = before_reshapes(graph, operands->other);
  }
  const NodeId minus = graph.producer(variance);
  if (!is_element_wise(graph, minus, Operation::Sub)) return std::nullopt;
  const auto& operands = graph.node(minus).inputs;
  if (dims_of(graph, operands[0]) != dims_of(graph, operands[1])) return std::nullopt;
  const Mean squares = match_mean(graph, operands[0]);
  const ValueId mean_value = match_square(graph, before_reshapes(graph, operands[1]));
  const Mean mean = mean_value ? match_mean(graph, mean_value) : Mean{};
  if (!squares.x || !mean.x || squares.axes != mean.axes) return std::nullopt;
  const auto& inputs = graph.node(difference).inputs;
  const bool fits = match_square(graph, squares.x) == mean.x && inputs[0] == mean.x &&
                    before_reshapes(graph, inputs[1]) == before_reshapes(graph, mean_value) &&
                    dims_of(graph, inputs[1]) == kept_dims(dims_of(graph, mean.x), mean.axes);
  return fits ? std::optional(Match{mean.x, mean.axes, shifted->epsilon, false}) : std::nullopt;
}

/// Kernels normalize the innermost axes.
bool are_innermost(int64_t mask, int rank) {
  const std::vector<int> axes = mask_axes(mask, rank);
  return !axes.empty() && axes.back() == rank - 1 &&
         axes.back() - axes.front() + 1 == static_cast<int>(axes.size());
}

/// The normalized value and what else it is multiplied with: x * (1 / root * scale). `root` is
/// what the elements of x meet.
struct Found {
  Match match;
  ValueId scale;
  ValueId root;
};

std::optional<Found> match_product(const Graph& graph, ValueId distance, ValueId factor) {
  const auto with_root = [&](ValueId inverse) -> std::optional<Match> {
    const ValueId spread = match_inverse_root(graph, inverse);
    if (!spread) return std::nullopt;
    const auto core = match_core(graph, distance, spread);
    return core ? core : match_moments(graph, distance, spread);
  };
  if (const auto match = with_root(factor)) return Found{*match, {}, factor};
  const NodeId product = graph.producer(factor);
  if (!is_element_wise(graph, product, Operation::Prod) || !only_reader(graph, factor))
    return std::nullopt;
  const auto operands = split_constant(graph, graph.node(product));
  const auto match = operands ? with_root(operands->other) : std::nullopt;
  return match ? std::optional(Found{*match, operands->constant, operands->other}) : std::nullopt;
}

std::optional<Found> match_node(const Graph& graph, NodeId id) {
  const auto& inputs = graph.node(id).inputs;
  if (is_element_wise(graph, id, Operation::Div)) {
    const ValueId spread = match_root(graph, inputs[1]);
    if (!spread) return std::nullopt;
    auto match = match_core(graph, inputs[0], spread);
    if (!match) match = match_moments(graph, inputs[0], spread);
    return match ? std::optional(Found{*match, {}, inputs[1]}) : std::nullopt;
  }
  if (!is_element_wise(graph, id, Operation::Prod)) return std::nullopt;
  const auto found = match_product(graph, inputs[0], inputs[1]);
  return found ? found : match_product(graph, inputs[1], inputs[0]);
}

std::optional<ir::Patch> rewrite(const Graph& graph, NodeId id) {
  const auto found = match_node(graph, id);
  const ir::Node& node = graph.node(id);
  if (!found || graph.value(found->match.x).type != graph.value(node.outputs[0]).type)
    return std::nullopt;
  if (!are_innermost(found->match.axes, dims_of(graph, found->match.x).rank())) return std::nullopt;
  if (dims_of(graph, found->root) != kept_dims(dims_of(graph, found->match.x), found->match.axes))
    return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  ValueId y = patch.add("Normalization", node.name, {found->match.x},
                        {{"axes", found->match.axes},
                         {"epsilon", found->match.epsilon},
                         {"simplified", found->match.simplified}});
  if (found->scale)
    y = patch.add("ElementWise", node.name, {y, found->scale},
                  {{"op", static_cast<int64_t>(Operation::Prod)}});
  patch.replace(node.outputs[0], y);
  return patch;
}

}  // namespace

Rule fuse_normalization() {
  return {"fuse_normalization",
          "(x - Mean(x)) / Sqrt(Mean((x - Mean(x))^2) + epsilon) -> Normalization(x)",
          "ElementWise", 32, rewrite};
}

}  // namespace trtlike::optimizer
