// Activations that TensorRT has no single layer for.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

Outputs import_hard_swish(NodeContext& node) {
  const ValueId x = node.input(0);
  const ValueId gate =
      activation(node, ActivationType::HardSigmoid, x, 1.0 / 6.0, 0.5, "hard_sigmoid");
  return {elementwise(node, Op::Prod, x, gate)};
}

Outputs import_mish(NodeContext& node) {
  const ValueId x = node.input(0);
  const ValueId soft = activation(node, ActivationType::Softplus, x, 1.0, 1.0, "softplus");
  return {
      elementwise(node, Op::Prod, x, activation(node, ActivationType::Tanh, soft, 0, 0, "tanh"))};
}

/// x * sigmoid(alpha * x)
Outputs import_swish(NodeContext& node) {
  const ValueId x = node.input(0);
  const double alpha = node.get_float("alpha", node.op_type() == "QuickGelu" ? 1.702f : 1.0f);
  const ValueId scaled = alpha == 1.0 ? x : elementwise(node, Op::Prod, x, alpha, "scale");
  const ValueId gate = activation(node, ActivationType::Sigmoid, scaled, 0, 0, "sigmoid");
  return {elementwise(node, Op::Prod, x, gate)};
}

/// max(0, x) + min(0, alpha * (exp(x / alpha) - 1)), which is alpha * elu(x / alpha).
Outputs import_celu(NodeContext& node) {
  const double alpha = node.get_float("alpha", 1.0);
  if (alpha == 1.0) return {activation(node, ActivationType::Elu, node.input(0), 1.0)};
  const ValueId scaled = elementwise(node, Op::Div, node.input(0), alpha, "divide");
  return {elementwise(node, Op::Prod, activation(node, ActivationType::Elu, scaled, 1.0, 0, "elu"),
                      alpha)};
}

/// x + bias where x < -lambd, x - bias where x > lambd, 0 between. Integers are compared with and
/// moved by numbers that are none.
Outputs import_shrink(NodeContext& node) {
  const DataType dtype = node.dtype(node.input(0));
  const bool is_integer = core::is_integer(dtype);
  const ValueId x = is_integer ? cast(node, node.input(0), DataType::Double) : node.input(0);
  const double bias = node.get_float("bias", 0.0);
  const double lambd = node.get_float("lambd", 0.5);
  const ValueId low = elementwise(node, Op::Less, x, -lambd, "less");
  const ValueId high = elementwise(node, Op::Greater, x, lambd, "greater");
  const ValueId inner = select(node, high, elementwise(node, Op::Sub, x, bias, "subtract"),
                               node.scalar_like(x, 0.0), "high");
  const ValueId result = select(node, low, elementwise(node, Op::Sum, x, bias, "add"), inner);
  return {is_integer ? cast_wrapping(node, result, dtype) : result};
}

Outputs import_prelu(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  ValueId slopes = node.weights(1);
  // Before opset 7 one slope a channel is a list.
  if (node.opset() < 7 && node.rank(slopes) == 1 && rank > 2)
    slopes = unsqueeze(node, slopes, axes_between(1, rank - 1));
  slopes = with_rank(node, slopes, rank);
  if (core::is_floating_point(node.dtype(x))) return {node.add("ParametricReLU", {x, slopes})};
  const ValueId negative = elementwise(node, Op::Less, x, 0.0, "less");
  return {select(node, negative, elementwise(node, Op::Prod, x, slopes, "scale"), x)};
}

constexpr Importer kImporters[] = {
    {"HardSwish", import_hard_swish},
    {"Mish", import_mish},
    {"Swish", import_swish},
    {"QuickGelu", import_swish, 0, "com.microsoft"},
    {"Celu", import_celu},
    {"Shrink", import_shrink},
    {"PRelu", import_prelu},
};

}  // namespace

std::span<const Importer> composed_activation_importers() { return kImporters; }

}  // namespace trtlike::onnx
