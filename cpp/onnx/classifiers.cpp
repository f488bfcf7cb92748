// Scores and labels of classifiers in terms of layers.
#include "onnx/classifiers.h"

#include <algorithm>
#include <numbers>

#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

/// exp(x - max) where x is not 0, which stays 0; by their sum, or 1/2 each where that is 0.
ValueId softmax_zero(NodeContext& node, ValueId x) {
  const ValueId most =
      reduce(node, static_cast<int64_t>(ReduceOperation::Max), x, {1}, true, "max");
  const auto exp = [&](ValueId value, const char* name) {
    return unary(node, UnaryOperation::Exp, value, name);
  };
  const ValueId lowered = exp(elementwise(node, Op::Sub, x, most, "lower"), "exp");
  const ValueId size = unary(node, UnaryOperation::Abs, x, "size");
  const ValueId is_away = elementwise(node, Op::Greater, size, 1e-7, "is_away");
  const ValueId factor = exp(unary(node, UnaryOperation::Neg, most, "negative"), "factor");
  const ValueId rest = elementwise(node, Op::Prod, x, factor, "rest");
  const ValueId weight = select(node, is_away, lowered, rest, "weight");
  const ValueId sum =
      reduce(node, static_cast<int64_t>(ReduceOperation::Sum), weight, {1}, true, "sum");
  const ValueId is_zero = elementwise(node, Op::Equal, sum, 0.0, "is_zero");
  return select(node, is_zero, node.scalar_like(x, 0.5),
                elementwise(node, Op::Div, weight, sum, "divide"), "softmax_zero");
}

/// The normal distribution's quantile, by the approximation of the error function's inverse that
/// ONNX Runtime takes.
ValueId probit(NodeContext& node, ValueId p) {
  const auto with = [&](Op op, ValueId x, double b) {
    return elementwise(node, op, x, b, "probit");
  };
  const ValueId x = with(Op::Sub, with(Op::Prod, p, 2.0), 1.0);
  const ValueId rest = with(
      Op::Sum,
      unary(node, UnaryOperation::Neg, elementwise(node, Op::Prod, x, x, "probit"), "probit"), 1.0);
  const ValueId log = unary(node, UnaryOperation::Log, rest, "probit");
  const ValueId v = with(Op::Sum, with(Op::Prod, log, 0.5), 2.0 / (std::numbers::pi * 0.147));
  const ValueId inner = elementwise(node, Op::Sub, elementwise(node, Op::Prod, v, v, "probit"),
                                    with(Op::Prod, log, 1.0 / 0.147), "probit");
  const ValueId outer =
      elementwise(node, Op::Sub, unary(node, UnaryOperation::Sqrt, inner, "probit"), v, "probit");
  const ValueId size =
      with(Op::Prod, unary(node, UnaryOperation::Sqrt, outer, "probit"), 1.41421356);
  return select(node, with(Op::Less, x, 0.0), unary(node, UnaryOperation::Neg, size, "probit"),
                size, "probit");
}

std::vector<int64_t> integer_labels(NodeContext& node) {
  const char* const name =
      node.has_attribute("classlabels_ints") ? "classlabels_ints" : "classlabels_int64s";
  return node.get_ints(name, std::vector<int64_t>{});
}

}  // namespace

std::string post_transform_name(NodeContext& node) {
  return node.get_string("post_transform", "NONE");
}

ValueId post_transform(NodeContext& node, ValueId scores, const std::string& name) {
  if (name == "NONE") return scores;
  if (name == "LOGISTIC")
    return activation(node, ActivationType::Sigmoid, scores, 0, 0, "logistic");
  if (name == "SOFTMAX")
    return node.add("Softmax", {scores}, {{"axes", axes_mask({1})}}, "softmax");
  if (name == "SOFTMAX_ZERO") return softmax_zero(node, scores);
  if (name == "PROBIT") return probit(node, scores);
  node.fail_attribute(
      "post_transform",
      core::str("expected NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT, got '", name, "'."));
}

int64_t num_labels(NodeContext& node) {
  const size_t strings = node.get_strings("classlabels_strings").size();
  return static_cast<int64_t>(std::max(strings, integer_labels(node).size()));
}

ValueId labels_of(NodeContext& node, ValueId classes) {
  if (!node.wants_output(0)) return {};
  const std::vector<int64_t> labels = integer_labels(node);
  if (labels.empty() && num_labels(node) > 0)
    node.fail_attribute("classlabels_strings",
                        "expected labels that are integers where they are read, got strings.");
  if (labels.empty()) return classes;
  const std::vector<double> numbers(labels.begin(), labels.end());
  const ValueId table =
      node.add_constant(DataType::Int64, {static_cast<int64_t>(labels.size())}, numbers);
  return node.add("Gather", {table, classes}, {{"axis", int64_t{0}}}, "labels");
}

ValueId best_class(NodeContext& node, ValueId scores) {
  return column(node, node.add_many("TopK", {scores},
                                    {{"op", enum_number(TopKOperation::Max)},
                                     {"k", int64_t{1}},
                                     {"axes", axes_mask({1})},
                                     {"indices_type", enum_number(DataType::Int64)}},
                                    "best")[1]);
}

ValueId float_table(NodeContext& node, const Dims& dims, const std::vector<double>& elements) {
  if (static_cast<int64_t>(elements.size()) != core::elems(dims))
    node.fail(Code::InvalidNode,
              core::str("expected lists of lengths that agree, got ", elements.size(),
                        " numbers for shape ", dims.to_string(), "."));
  return node.add_constant(DataType::Float, dims, elements);
}

ValueId column(NodeContext& node, ValueId x) { return squeeze(node, x, {1}); }

}  // namespace trtlike::onnx
