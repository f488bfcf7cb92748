// LinearRegressor and LinearClassifier: a product, intercepts, a transform, and labels.
#include "onnx/classifiers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

/// x coefficients^T + intercepts: one column a target.
ValueId linear_scores(NodeContext& node, int64_t targets) {
  node.check_rank(0, 2);
  const ValueId x = cast(node, node.input(0), DataType::Float);
  const auto coefficients = node.get_floats("coefficients");
  const auto intercepts = node.get_floats("intercepts", std::vector<double>{});
  if (targets < 1 || coefficients.size() % static_cast<size_t>(targets) != 0)
    node.fail_attribute("coefficients", core::str("expected as many for each of ", targets,
                                                  " targets, got ", coefficients.size(), "."));
  const int64_t features = static_cast<int64_t>(coefficients.size()) / targets;
  const ValueId matrix = float_table(node, {targets, features}, coefficients);
  const ValueId product = node.add("MatrixMultiply", {x, matrix},
                                   {{"op1", enum_number(MatrixOperation::Transpose)}}, "scores");
  if (intercepts.empty()) return product;
  return elementwise(node, Op::Sum, product, float_table(node, {1, targets}, intercepts),
                     "intercepts");
}

Outputs import_linear_regressor(NodeContext& node) {
  return {post_transform(node, linear_scores(node, node.get_int("targets", 1)),
                         post_transform_name(node))};
}

/// One score for two classes: what is above 0 is the second one.
Outputs import_binary(NodeContext& node, ValueId score) {
  const std::string transform = post_transform_name(node);
  if (transform == "PROBIT")
    node.fail_attribute("post_transform",
                        "expected NONE, LOGISTIC or SOFTMAX for one score of two classes, got "
                        "PROBIT.");
  const ValueId is_second = column(node, elementwise(node, Op::Greater, score, 0.0, "is_second"));
  const ValueId opposite =
      transform == "LOGISTIC"
          ? unary(node, UnaryOperation::Neg, score, "opposite")
          : elementwise(node, Op::Sub, node.scalar_like(score, 1.0), score, "opposite");
  ValueId scores = concat(node, {opposite, score}, 1, "both");
  if (transform == "LOGISTIC") scores = post_transform(node, scores, transform);
  return {labels_of(node, cast(node, is_second, DataType::Int64)), scores};
}

Outputs import_linear_classifier(NodeContext& node) {
  const auto intercepts = node.get_floats("intercepts", std::vector<double>{});
  const int64_t labels = num_labels(node);
  const auto targets = intercepts.empty() ? labels : static_cast<int64_t>(intercepts.size());
  if (labels < 2 || (targets != labels && !(targets == 1 && labels == 2)))
    node.fail(Code::InvalidNode, core::str("expected a label for each of two classes or more, got ",
                                           labels, " labels for ", targets, " intercepts."));
  const ValueId scores = linear_scores(node, targets);
  if (targets == 1) return import_binary(node, scores);
  return {labels_of(node, best_class(node, scores)),
          post_transform(node, scores, post_transform_name(node))};
}

constexpr Importer kImporters[] = {
    {"LinearRegressor", import_linear_regressor, 0, kMlDomain},
    {"LinearClassifier", import_linear_classifier, 0, kMlDomain},
};

}  // namespace

std::span<const Importer> ml_linear_importers() { return kImporters; }

}  // namespace trtlike::onnx
