// BatchNormalization to Scale, its four tensors folded into one factor and one shift a channel;
// with training_mode to its arithmetic.
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

/// By the mean and variance of the batch itself, formed in FLOAT where the type is narrower. The
/// running ones, which are given and outputs, go a step towards them.
Outputs normalize_by_batch(NodeContext& node, double epsilon) {
  const DataType dtype = node.dtype(node.input(0));
  const bool is_narrow = dtype == DataType::Half || dtype == DataType::BF16;
  const ValueId x = cast(node, node.input(0), is_narrow ? DataType::Float : dtype);
  const int rank = node.rank(x);
  if (rank < 2)
    node.fail_input(Code::InvalidNode, 0, core::str("expected rank 2 or more, got ", rank, "."));
  auto axes = axes_between(2, rank);
  axes.insert(axes.begin(), 0);
  const auto average = [&](ValueId value, std::string_view suffix) {
    return reduce(node, enum_number(ReduceOperation::Avg), value, axes, true, suffix);
  };
  const auto wide = [&](size_t i) {
    return unsqueeze(node, cast(node, node.input(i), node.dtype(x)), axes_between(1, rank - 1));
  };
  const ValueId mean = average(x, "mean");
  const ValueId centred = elementwise(node, Op::Sub, x, mean, "centre");
  const ValueId variance =
      average(elementwise(node, Op::Prod, centred, centred, "square"), "variance");
  const ValueId deviation = unary(node, UnaryOperation::Sqrt,
                                  elementwise(node, Op::Sum, variance, epsilon, "epsilon"), "root");
  const ValueId factor = elementwise(node, Op::Div, wide(1), deviation, "factor");
  const ValueId scaled = elementwise(node, Op::Prod, centred, factor, "scale");
  Outputs outputs{cast(node, elementwise(node, Op::Sum, scaled, wide(2)), dtype)};
  const double momentum = node.get_float("momentum", 0.9f);
  for (const size_t i : {size_t{3}, size_t{4}}) {
    if (!node.wants_output(1) && !node.wants_output(2)) break;
    const ValueId seen = squeeze(node, i == 3 ? mean : variance, axes);
    const ValueId kept = cast(node, node.input(i), node.dtype(x));
    const ValueId running =
        elementwise(node, Op::Sum, elementwise(node, Op::Prod, kept, momentum, "momentum"),
                    elementwise(node, Op::Prod, seen, 1 - momentum, "step"), "running");
    outputs.push_back(cast(node, running, node.dtype(node.input(i))));
  }
  return outputs;
}

Outputs import_batch_normalization(NodeContext& node) {
  const bool is_training = node.get_int("training_mode", 0) != 0;
  if (is_training) return normalize_by_batch(node, node.get_float("epsilon", 1e-5f));
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
