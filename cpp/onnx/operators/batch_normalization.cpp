// BatchNormalization to Scale, its four tensors folded into one factor and one shift a channel.
#include <cmath>

#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr int64_t kPerChannel = enum_number(ScaleMode::Channel);

/// Parameter `i` as a tensor that broadcasts over the input.
ValueId parameter(NodeContext& node, size_t i, int rank) {
  return unsqueeze(node, cast(node, node.input(i), node.dtype(node.input(0))),
                   axes_between(1, rank - 1));
}

ValueId compose(NodeContext& node, double epsilon) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  const ValueId variance = elementwise(node, Op::Sum, parameter(node, 4, rank), epsilon, "epsilon");
  const ValueId deviation = unary(node, UnaryOperation::Sqrt, variance, "deviation");
  const ValueId factor = elementwise(node, Op::Div, parameter(node, 1, rank), deviation, "factor");
  const ValueId centred = elementwise(node, Op::Sub, x, parameter(node, 3, rank), "centre");
  return elementwise(node, Op::Sum, elementwise(node, Op::Prod, centred, factor, "scale"),
                     parameter(node, 2, rank));
}

Outputs import_batch_normalization(NodeContext& node) {
  if (node.get_int("training_mode", 0) != 0)
    node.fail_attribute("training_mode", "expected 0, got 1. Export the model for inference.");
  const ValueId x = node.input(0);
  const double epsilon = node.get_float("epsilon", 1e-5f);
  std::vector<std::vector<double>> parameters;
  for (size_t i = 1; i <= 4; ++i) {
    const auto elements = ir::constant_elements(node.graph(), node.weights(i));
    if (elements) parameters.push_back(*elements);
  }
  if (parameters.size() != 4) return {compose(node, epsilon)};
  const size_t channels = parameters[0].size();
  std::vector<double> scale, shift;
  for (size_t i = 1; i < 4; ++i)
    if (parameters[i].size() != channels)
      node.fail_input(Code::InvalidNode, i + 1,
                      core::str("expected ", channels, " elements as input 1, got ",
                                parameters[i].size(), "."));
  for (size_t c = 0; c < channels; ++c) {
    scale.push_back(parameters[0][c] / std::sqrt(parameters[3][c] + epsilon));
    shift.push_back(parameters[1][c] - parameters[2][c] * scale.back());
  }
  const DataType dtype = node.dtype(x);
  const Dims dims{static_cast<int64_t>(channels)};
  return {node.add("Scale",
                   {x, node.add_weights(dtype, dims, shift), node.add_weights(dtype, dims, scale)},
                   {{"mode", kPerChannel}, {"channel_axis", int64_t{1}}})};
}

constexpr Importer kImporters[] = {{"BatchNormalization", import_batch_normalization}};

}  // namespace

std::span<const Importer> batch_normalization_importers() { return kImporters; }

}  // namespace trtlike::onnx
