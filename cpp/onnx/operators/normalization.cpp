// Layer, RMS, instance and group normalization to Normalization; the Lp and mean-variance forms to
// their arithmetic.
#include "onnx/extents.h"
#include "onnx/layers.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr int64_t kReduceSum = static_cast<int64_t>(ReduceOperation::Sum);
constexpr int64_t kReduceAverage = static_cast<int64_t>(ReduceOperation::Avg);

/// A parameter of one element a channel as [1, C, 1, ...].
ValueId per_channel(NodeContext& node, ValueId parameter, int rank) {
  const Dims& dims = node.dims(parameter);
  if (rank < 2)
    node.fail_input(Code::InvalidNode, 0, core::str("expected rank 2 or more, got ", rank, "."));
  if (dims.rank() != 1)
    node.fail(Code::InvalidNode,
              core::str("expected scale and bias of rank 1, got shape ", dims.to_string(), "."));
  if (!node.is_constant(parameter)) {
    auto axes = axes_between(1, rank - 1);
    axes.insert(axes.begin(), 0);
    for (size_t i = 1; i < axes.size(); ++i) ++axes[i];
    return unsqueeze(node, parameter, axes);
  }
  Dims wide = Dims::filled(rank, 1);
  wide[1] = dims[0];
  return reshape_constant(node, parameter, wide);
}

/// Mean and inverse deviation, the outputs that only training needs.
void add_statistics(NodeContext& node, const std::vector<int64_t>& axes, double epsilon,
                    Outputs& outputs) {
  if (!node.wants_output(1) && !node.wants_output(2)) return;
  const ValueId x = node.input(0);
  const ValueId mean = reduce(node, kReduceAverage, x, axes, true, "mean");
  const ValueId centred = elementwise(node, Op::Sub, x, mean, "centre");
  const ValueId square = elementwise(node, Op::Prod, centred, centred, "square");
  const ValueId variance = reduce(node, kReduceAverage, square, axes, true, "variance");
  const ValueId shifted = elementwise(node, Op::Sum, variance, epsilon, "epsilon");
  const ValueId deviation = unary(node, UnaryOperation::Sqrt, shifted, "deviation");
  outputs.push_back(mean);
  outputs.push_back(unary(node, UnaryOperation::Recip, deviation, "inverse"));
}

/// Argument 1 is the form without mean and bias.
Outputs import_layer_normalization(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  const int axis = node.normalize_axis(node.get_int("axis", -1), rank);
  const double epsilon = node.get_float("epsilon", 1e-5f);
  std::vector<ValueId> inputs{x, with_rank(node, cast(node, node.input(1), node.dtype(x)), rank)};
  if (node.has_input(2))
    inputs.push_back(with_rank(node, cast(node, node.input(2), node.dtype(x)), rank));
  const auto axes = axes_between(axis, rank);
  Outputs outputs{node.add(
      "Normalization", inputs,
      {{"axes", axes_mask(axes)}, {"epsilon", epsilon}, {"simplified", node.argument() == 1}})};
  if (node.argument() == 0) add_statistics(node, axes, epsilon, outputs);
  return outputs;
}

Outputs import_instance_normalization(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  return {node.add(
      "Normalization",
      {x, per_channel(node, node.input(1), rank), per_channel(node, node.input(2), rank)},
      {{"axes", axes_mask(axes_between(2, rank))}, {"epsilon", node.get_float("epsilon", 1e-5f)}})};
}

/// Up to opset 20 scale and bias have one element a group.
ValueId group_parameter(NodeContext& node, size_t i, int64_t groups) {
  const ValueId x = node.input(0);
  ValueId parameter = cast(node, node.input(i), node.dtype(x));
  const int64_t channels = node.dims(x)[1];
  if (node.opset() < 21 && node.dims(parameter)[0] == groups && channels != groups) {
    if (!core::is_known(channels))
      node.fail_input(Code::UnsupportedNodeDynamic, 0,
                      core::str("expected a known number of channels, got shape ",
                                node.dims(x).to_string(), "."));
    const ValueId column = unsqueeze(node, parameter, {1});
    const ValueId wide = expand_to(node, column, {groups, channels / groups}, "per_channel");
    parameter = reshape(node, wide, {-1}, "per_channel");
  }
  return per_channel(node, parameter, node.rank(x));
}

Outputs import_group_normalization(NodeContext& node) {
  const ValueId x = node.input(0);
  const int64_t groups = node.get_int("num_groups");
  if (groups < 1)
    node.fail_attribute("num_groups", core::str("expected at least 1, got ", groups, "."));
  // One group is no split of the channels: they are normalized together.
  const int first = groups == 1 ? 1 : 2;
  return {node.add("Normalization",
                   {x, group_parameter(node, 1, groups), group_parameter(node, 2, groups)},
                   {{"axes", axes_mask(axes_between(first, node.rank(x)))},
                    {"epsilon", node.get_float("epsilon", 1e-5f)},
                    {"num_groups", groups}})};
}

/// x / (sum of |x|^p)^(1/p); 0 where the norm is 0.
Outputs import_lp_normalization(NodeContext& node) {
  const ValueId x = node.input(0);
  const int axis = node.normalize_axis(node.get_int("axis", -1), node.rank(x));
  const int64_t p = node.get_int("p", 2);
  if (p != 1 && p != 2) node.fail_attribute("p", core::str("expected 1 or 2, got ", p, "."));
  const ValueId size = p == 1 ? unary(node, UnaryOperation::Abs, x, "abs")
                              : elementwise(node, Op::Prod, x, x, "square");
  ValueId norm = reduce(node, kReduceSum, size, {axis}, true, "sum");
  if (p == 2) norm = unary(node, UnaryOperation::Sqrt, norm, "root");
  const ValueId is_zero = elementwise(node, Op::Equal, norm, 0.0, "is_zero");
  const ValueId divisor = select(node, is_zero, node.scalar_like(x, 1.0), norm, "divisor");
  return {elementwise(node, Op::Div, x, divisor)};
}

Outputs import_mean_variance_normalization(NodeContext& node) {
  const ValueId x = node.input(0);
  std::vector<int64_t> axes;
  for (const int64_t axis : node.get_ints("axes", std::vector<int64_t>{0, 2, 3}))
    axes.push_back(node.normalize_axis(axis, node.rank(x)));
  const ValueId mean = reduce(node, kReduceAverage, x, axes, true, "mean");
  const ValueId centred = elementwise(node, Op::Sub, x, mean, "centre");
  const ValueId square = elementwise(node, Op::Prod, centred, centred, "square");
  const ValueId variance = reduce(node, kReduceAverage, square, axes, true, "variance");
  const ValueId deviation = unary(node, UnaryOperation::Sqrt, variance, "deviation");
  return {
      elementwise(node, Op::Div, centred, elementwise(node, Op::Sum, deviation, 1e-9, "epsilon"))};
}

Outputs import_lrn(NodeContext& node) {
  return {node.add("LRN", {node.input(0)},
                   {{"window_size", node.get_int("size")},
                    {"alpha", node.get_float("alpha", 1e-4f)},
                    {"beta", node.get_float("beta", 0.75)},
                    {"k", node.get_float("bias", 1.0)}})};
}

constexpr Importer kImporters[] = {
    {"LayerNormalization", import_layer_normalization},
    {"RMSNormalization", import_layer_normalization, 1},
    {"SimplifiedLayerNormalization", import_layer_normalization, 1},
    {"InstanceNormalization", import_instance_normalization},
    {"GroupNormalization", import_group_normalization},
    {"LpNormalization", import_lp_normalization},
    {"MeanVarianceNormalization", import_mean_variance_normalization},
    {"LRN", import_lrn},
};

}  // namespace

std::span<const Importer> normalization_importers() { return kImporters; }

}  // namespace trtlike::onnx
