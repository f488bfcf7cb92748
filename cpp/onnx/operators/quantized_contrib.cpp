// Quantized operators of ONNX Runtime (domain com.microsoft): their operands are dequantized, the
// arithmetic is done in floating point, the result is quantized again.
#include "onnx/layers.h"
#include "onnx/quantized_operands.h"
#include "onnx/window.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr const char* kMicrosoft = "com.microsoft";

/// Two operands, then the result's scale and zero point. The argument is the operation.
Outputs import_elementwise(NodeContext& node) {
  const ValueId a = dequantize(node, 0, -1, "dequantize_a");
  const ValueId b = dequantize(node, 3, -1, "dequantize_b");
  return {quantize(node, elementwise(node, static_cast<Op>(node.argument()), a, b), 6, 7)};
}

/// One operand; scale and zero point of the result are inputs 3 and 4.
ValueId first_operand(NodeContext& node) { return dequantize(node, 0, -1, "dequantize"); }
Outputs quantized(NodeContext& node, ValueId result) { return {quantize(node, result, 3, 4)}; }

Outputs import_sigmoid(NodeContext& node) {
  return quantized(node, activation(node, ActivationType::Sigmoid, first_operand(node)));
}

Outputs import_leaky_relu(NodeContext& node) {
  return quantized(node, activation(node, ActivationType::LeakyRelu, first_operand(node),
                                    node.get_float("alpha", 0.01)));
}

Outputs import_softmax(NodeContext& node) {
  const ValueId x = first_operand(node);
  const int rank = node.rank(x), axis = node.normalize_axis(node.get_int("axis", -1), rank);
  if (node.get_int("opset") < 13 && axis + 1 != rank)
    node.fail_attribute("axis", core::str("expected the last one, ", rank - 1,
                                          ", for a Softmax of before opset 13, got ", axis, "."));
  return quantized(node, node.add("Softmax", {x}, {{"axes", axes_mask({axis})}}));
}

/// Channels that come last go before the spatial axes for `compute`, and back.
template <typename Compute>
ValueId with_channels_first(NodeContext& node, ValueId x, Compute compute) {
  if (node.get_int("channels_last", 0) == 0) return compute(x);
  const int rank = node.rank(x);
  std::vector<int64_t> forth{0, rank - 1}, back{0};
  for (int i = 1; i + 1 < rank; ++i) forth.push_back(i);
  for (int i = 2; i < rank; ++i) back.push_back(i);
  back.push_back(1);
  return transpose(node, compute(transpose(node, x, forth, "channels_first")), back,
                   "channels_last");
}

Outputs import_average_pool(NodeContext& node) {
  const auto pool = [&](ValueId x) {
    Window window = read_window(node, node.rank(x) - 2, {});
    if (window.padding_mode == kRoundDown && node.get_int("ceil_mode", 0) != 0)
      window.padding_mode = kRoundUp;
    return node.add(
        "Pooling", {x},
        {{"type", enum_number(PoolingType::Average)},
         {"window_size", window.kernel},
         {"stride", window.strides},
         {"pre_padding", window.pre_padding},
         {"post_padding", window.post_padding},
         {"padding_mode", window.padding_mode},
         {"average_count_excludes_padding", node.get_int("count_include_pad", 0) == 0}});
  };
  return quantized(node, with_channels_first(node, first_operand(node), pool));
}

Outputs import_global_average_pool(NodeContext& node) {
  const auto pool = [&](ValueId x) {
    return reduce(node, enum_number(ReduceOperation::Avg), x, axes_between(2, node.rank(x)), true);
  };
  return quantized(node, with_channels_first(node, first_operand(node), pool));
}

Outputs import_reduce_mean(NodeContext& node) {
  const ValueId x = first_operand(node);
  std::vector<int64_t> axes = node.get_ints("axes", std::vector<int64_t>{});
  for (int64_t& axis : axes) axis = node.normalize_axis(axis, node.rank(x));
  if (axes.empty()) axes = axes_between(0, node.rank(x));
  return quantized(node, reduce(node, enum_number(ReduceOperation::Avg), x, axes,
                                node.get_int("keepdims", 1) != 0));
}

/// The result's scale and zero point come first, then three inputs an operand.
Outputs import_concat(NodeContext& node) {
  std::vector<ValueId> parts;
  for (size_t i = 2; i + 2 < node.num_inputs(); i += 3)
    parts.push_back(dequantize(node, i, -1, core::str("dequantize_", i / 3)));
  if (parts.empty())
    node.fail(Code::InvalidNode,
              core::str("expected at least 5 inputs, got ", node.num_inputs(), "."));
  const int axis = node.normalize_axis(node.get_int("axis"), node.rank(parts[0]));
  return {quantize(node, concat(node, parts, axis), 0, 1)};
}

Outputs import_where(NodeContext& node) {
  const ValueId x = dequantize(node, 1, -1, "dequantize_x");
  const ValueId y = dequantize(node, 4, -1, "dequantize_y");
  return {quantize(node, select(node, node.input(0), x, y), 7, 8)};
}

/// alpha (A B) + C, where C has steps of alpha times the scales of A and B.
Outputs import_gemm(NodeContext& node) {
  const int64_t transposes_b = node.get_int("transB", 0);
  const ValueId a = dequantize(node, 0, -1, "dequantize_a");
  const ValueId b = dequantize(node, 3, transposes_b != 0 ? 0 : 1, "dequantize_b");
  ValueId y = node.add("MatrixMultiply", {a, b},
                       {{"op0", node.get_int("transA", 0)}, {"op1", transposes_b}});
  if (node.has_input(6)) {
    const ValueId scale = elementwise(node, Op::Prod, node.input(1), node.input(4), "bias_scale");
    const ValueId bias = elementwise(node, Op::Prod, cast(node, node.input(6), node.dtype(a)),
                                     scale, "dequantize_bias");
    y = elementwise(node, Op::Sum, y, bias, "bias");
  }
  const double alpha = node.get_float("alpha", 1.0);
  if (alpha != 1.0) y = elementwise(node, Op::Prod, y, alpha, "alpha");
  return {node.has_input(7) ? quantize(node, y, 7, 8) : y};
}

constexpr Importer kImporters[] = {
    {"QLinearAdd", import_elementwise, enum_number(Op::Sum), kMicrosoft},
    {"QLinearMul", import_elementwise, enum_number(Op::Prod), kMicrosoft},
    {"QLinearSigmoid", import_sigmoid, 0, kMicrosoft},
    {"QLinearLeakyRelu", import_leaky_relu, 0, kMicrosoft},
    {"QLinearSoftmax", import_softmax, 0, kMicrosoft},
    {"QLinearAveragePool", import_average_pool, 0, kMicrosoft},
    {"QLinearGlobalAveragePool", import_global_average_pool, 0, kMicrosoft},
    {"QLinearReduceMean", import_reduce_mean, 0, kMicrosoft},
    {"QLinearConcat", import_concat, 0, kMicrosoft},
    {"QLinearWhere", import_where, 0, kMicrosoft},
    {"QGemm", import_gemm, 0, kMicrosoft},
};

}  // namespace

std::span<const Importer> quantized_contrib_importers() { return kImporters; }

}  // namespace trtlike::onnx
