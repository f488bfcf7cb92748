// BatchNormalization to Scale, its four tensors folded into one factor and one shift a channel;
// with training_mode to its arithmetic.
#include "ir/patch.h"
#include "ir/recipe.h"
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

ir::Constant in_type(const ir::Constant& constant, DataType dtype) {
  return constant.type.dtype == dtype
             ? constant
             : ir::compute("Cast", {{"to_type", enum_number(dtype)}}, {constant});
}

ir::Constant in_float(const ir::Constant& constant) { return in_type(constant, DataType::Float); }

struct Factors {
  ir::Constant scale, shift;
};

/// scale = gamma / sqrt(variance + epsilon), shift = beta - mean scale.
Factors fold(const std::vector<ir::Constant>& parameters, double epsilon) {
  const ir::Constant least = ir::filled(DataType::Float, {1}, epsilon);
  const ir::Constant deviation = ir::compute("Unary", {{"op", enum_number(UnaryOperation::Sqrt)}},
                                             {ir::combine(Op::Sum, parameters[3], least)});
  const ir::Constant scale = ir::combine(Op::Div, parameters[0], deviation);
  return {scale, ir::combine(Op::Sub, parameters[1], ir::combine(Op::Prod, parameters[2], scale))};
}

Outputs import_batch_normalization(NodeContext& node) {
  const bool is_training = node.get_int("training_mode", 0) != 0;
  if (is_training) return normalize_by_batch(node, node.get_float("epsilon", 1e-5f));
  const ValueId x = node.input(0);
  const double epsilon = node.get_float("epsilon", 1e-5f);
  std::vector<ir::Constant> parameters;
  for (size_t i = 1; i <= 4; ++i) {
    const ir::Constant parameter = ir::constant_of(node.graph(), node.weights(i));
    if (parameter.data.data != nullptr) parameters.push_back(in_float(parameter));
  }
  if (parameters.size() != 4) return {compose(node, epsilon)};
  const Dims dims{core::elems(parameters[0].type.dims)};
  for (size_t i = 0; i < 4; ++i) {
    const int64_t count = core::elems(parameters[i].type.dims);
    if (count != dims[0])
      node.fail_input(Code::InvalidNode, i + 1,
                      core::str("expected ", dims[0], " elements as input 1, got ", count, "."));
    parameters[i] = ir::reshaped(parameters[i], dims);
  }
  const Factors factors = fold(parameters, epsilon);
  const auto add = [&](const ir::Constant& constant) {
    const ir::Constant out = in_type(constant, node.dtype(x));
    return node.add_weights({out.type.dtype, out.type.dims, out.data});
  };
  const ValueId shift = add(factors.shift), scale = add(factors.scale);
  return {
      node.add("Scale", {x, shift, scale}, {{"mode", kPerChannel}, {"channel_axis", int64_t{1}}})};
}

constexpr Importer kImporters[] = {{"BatchNormalization", import_batch_normalization}};

}  // namespace

std::span<const Importer> batch_normalization_importers() { return kImporters; }

}  // namespace trtlike::onnx
