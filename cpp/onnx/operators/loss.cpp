// The losses of classifiers: NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr int64_t kReduceSum = static_cast<int64_t>(ReduceOperation::Sum);

std::string read_reduction(NodeContext& node) {
  const std::string reduction = node.get_string("reduction", "mean");
  if (reduction != "mean" && reduction != "sum" && reduction != "none")
    node.fail_attribute("reduction",
                        core::str("expected mean, sum or none, got '", reduction, "'."));
  return reduction;
}

/// Scores are [N, C, ...], targets [N, ...].
void check_targets(NodeContext& node) {
  const Dims& scores = node.dims(node.input(0));
  if (scores.rank() < 2)
    node.fail_input(Code::InvalidNode, 0,
                    core::str("expected rank 2 or more, got shape ", scores.to_string(), "."));
  const Dims& targets = node.dims(node.input(1));
  bool fits = targets.rank() == scores.rank() - 1;
  for (int d = 0; fits && d < targets.rank(); ++d) {
    const int64_t extent = scores[d == 0 ? 0 : d + 1];
    fits = targets[d] == extent || targets[d] < 0 || extent < 0;
  }
  if (!fits)
    node.fail_input(Code::InvalidNode, 1,
                    core::str("expected the extents of input 0 ", scores.to_string(),
                              " without axis 1, got shape ", targets.to_string(), "."));
  if (node.has_input(2)) node.check_rank(2, 1);
}

ValueId sum_of_all(NodeContext& node, ValueId value, std::string_view suffix) {
  return reduce(node, kReduceSum, value, axes_between(0, node.rank(value)), false, suffix);
}

struct Targets {
  ValueId classes;  ///< 0 for those that are ignored
  ValueId ignored;  ///< none where all count
  ValueId weights;  ///< none where all weigh the same; 0 for those that are ignored
};

Targets read_targets(NodeContext& node, DataType dtype) {
  Targets targets{node.input(1), {}, {}};
  const ValueId given = targets.classes;
  if (node.has_attribute("ignore_index")) {
    targets.ignored = elementwise(node, Op::Equal, given,
                                  static_cast<double>(node.get_int("ignore_index")), "ignored");
    targets.classes = select(node, targets.ignored, node.scalar_like(given, 0.0), given, "classes");
  }
  if (node.has_input(2))
    targets.weights = node.add("Gather", {node.weights(2), targets.classes}, {}, "weights");
  if (!targets.ignored) return targets;
  const ValueId zero = node.add_constant(dtype, {}, {0.0});
  if (!targets.weights) targets.weights = node.add_constant(dtype, {}, {1.0});
  targets.weights = select(node, targets.ignored, zero, targets.weights, "weights");
  return targets;
}

/// The sum of the losses over that of the weights, formed in FLOAT where the type is narrower: a
/// count of targets overflows HALF.
ValueId weighted_mean(NodeContext& node, ValueId loss, ValueId weights) {
  const DataType dtype = node.dtype(loss);
  const bool is_narrow = dtype == DataType::Half || dtype == DataType::BF16;
  const auto wide = [&](ValueId value) {
    return is_narrow ? cast(node, value, DataType::Float) : value;
  };
  const ValueId total = sum_of_all(node, wide(loss), "total");
  const ValueId weight = sum_of_all(node, wide(weights), "weight");
  return cast(node, elementwise(node, Op::Div, total, weight), dtype);
}

/// -weight[target] * log_prob[target], reduced.
ValueId negative_log_likelihood(NodeContext& node, ValueId log_prob) {
  const std::string reduction = read_reduction(node);
  const Targets targets = read_targets(node, node.dtype(log_prob));
  const ValueId index = unsqueeze(node, targets.classes, {1});
  const ValueId picked = squeeze(
      node,
      node.add("Gather", {log_prob, index},
               {{"mode", enum_number(GatherMode::Element)}, {"axis", int64_t{1}}}, "picked"),
      {1});
  ValueId loss = unary(node, UnaryOperation::Neg, picked, "negative");
  if (targets.weights) loss = elementwise(node, Op::Prod, loss, targets.weights, "weighted");
  // What is ignored may be infinite or no number.
  if (targets.ignored)
    loss = select(node, targets.ignored, node.scalar_like(loss, 0.0), loss, "counted");
  if (reduction == "none") return loss;
  if (reduction == "sum") return sum_of_all(node, loss, "");
  if (targets.weights) return weighted_mean(node, loss, targets.weights);
  return reduce(node, enum_number(ReduceOperation::Avg), loss, axes_between(0, node.rank(loss)),
                false);
}

Outputs import_negative_log_likelihood(NodeContext& node) {
  check_targets(node);
  return {negative_log_likelihood(node, node.input(0))};
}

Outputs import_softmax_cross_entropy(NodeContext& node) {
  check_targets(node);
  const ValueId log_prob = log_softmax(node, node.input(0), 1);
  return {negative_log_likelihood(node, log_prob), log_prob};
}

constexpr Importer kImporters[] = {
    {"NegativeLogLikelihoodLoss", import_negative_log_likelihood},
    {"SoftmaxCrossEntropyLoss", import_softmax_cross_entropy},
};

}  // namespace

std::span<const Importer> loss_importers() { return kImporters; }

}  // namespace trtlike::onnx
