// Operators of models that ONNX Runtime has quantized dynamically (domain com.microsoft): products
// of bytes whose scales the run finds, and operators of floats whose weights are bytes.
#include "onnx/layers.h"
#include "onnx/quantized_operands.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr const char* kMicrosoft = "com.microsoft";

/// A product of input 1 and what is quantized already, and a bias.
struct Product {
  ValueId a, a_scale, a_zero;
  size_t b_scale, b_zero, bias;
};

/// Sums of integers times both scales; of dequantized operands where no tactic adds integers.
Outputs multiply(NodeContext& node, const Product& product) {
  const auto [a, a_scale, a_zero, b_scale, b_zero, bias] = product;
  ValueId y;
  if (has_integer_product(node, a, 1)) {
    const ValueId sums = node.add(
        "MatMulInteger", {a, node.weights(1), a_zero, zero_point(node, b_zero)}, {}, "sums");
    const ValueId scale = elementwise(node, Op::Prod, a_scale, node.weights(b_scale), "scale");
    y = elementwise(node, Op::Prod, cast(node, sums, node.dtype(a_scale)), scale, "scaled");
  } else {
    const ValueId left = node.add("Dequantize", {a, a_scale, a_zero},
                                  {{"to_type", enum_number(node.dtype(a_scale))}}, "dequantize_a");
    const int64_t last = node.rank(node.input(1)) - 1;
    y = matrix_product(node, left,
                       dequantize(node, node.input(1), b_scale, b_zero, last, "dequantize_b"));
  }
  return {node.has_input(bias) ? elementwise(node, Op::Sum, y, node.input(bias), "bias") : y};
}

/// Integers and their scales, then zero points.
Outputs import_matmul_integer_to_float(NodeContext& node) {
  return multiply(node, {.a = node.input(0),
                         .a_scale = node.weights(2),
                         .a_zero = zero_point(node, 4),
                         .b_scale = 3,
                         .b_zero = 5,
                         .bias = 6});
}

/// The first operand is quantized as DynamicQuantizeLinear does it.
Outputs import_dynamic_quantize_matmul(NodeContext& node) {
  const Outputs steps = find_importer("", "DynamicQuantizeLinear")->import(node);
  return multiply(node, {.a = steps[0],
                         .a_scale = steps[1],
                         .a_zero = steps[2],
                         .b_scale = 2,
                         .b_zero = 3,
                         .bias = 4});
}

/// What another operator with the node's attributes makes of these inputs.
Outputs import_as(NodeContext& node, const char* domain, const char* op,
                  const std::vector<ValueId>& inputs) {
  ::onnx::GraphProto graph;
  ::onnx::NodeProto& other = *graph.add_node();
  other = node.proto();
  other.set_domain(domain);
  other.set_op_type(op);
  other.clear_input();
  std::vector<ValueId> arguments;
  for (const ValueId input : inputs) {
    const std::string name = input ? core::str("x", arguments.size()) : "";
    other.add_input(name);
    if (!input) continue;
    graph.add_input()->set_name(name);
    arguments.push_back(input);
  }
  for (const std::string& output : other.output()) graph.add_output()->set_name(output);
  return node.import_graph(graph, arguments, "floats");
}

/// Weights of a recurrence [directions, inputs, outputs] as floats [directions, outputs, inputs].
/// There is one scale a direction, or one for each of its outputs.
ValueId recurrent_weights(NodeContext& node, size_t i, size_t scale, size_t zero,
                          std::string_view suffix) {
  const auto spread = [&](ValueId value) {
    return unsqueeze(node, value, axes_between(1, 4 - node.rank(value)));
  };
  const ValueId steps = node.weights(scale);
  const DataType dtype = node.dtype(steps);
  ValueId numbers = cast(node, node.weights(i), dtype);
  if (const ValueId zeros = zero_point(node, zero))
    numbers = elementwise(node, Op::Sub, numbers, spread(cast(node, zeros, dtype)), suffix);
  return transpose(node, elementwise(node, Op::Prod, numbers, spread(steps), suffix), {0, 2, 1});
}

/// X, W, R, B, lengths, initial states, peepholes, then scale and zero point of W and R.
Outputs import_lstm(NodeContext& node) {
  std::vector<ValueId> inputs{node.input(0), recurrent_weights(node, 1, 8, 9, "w"),
                              recurrent_weights(node, 2, 10, 11, "r")};
  for (size_t i = 3; i < 8; ++i) inputs.push_back(node.optional_input(i));
  return import_as(node, "", "LSTM", inputs);
}

/// Input, weights, bias, their scales, mask, their zero points, past.
Outputs import_attention(NodeContext& node) {
  const ValueId x = dequantize(node, node.input(0), 3, 6, -1, "input");
  const ValueId weights = dequantize(node, node.weights(1), 4, 7, 1, "weights");
  return import_as(
      node, kMicrosoft, "Attention",
      {x, weights, node.optional_input(2), node.optional_input(5), node.optional_input(8)});
}

/// Ids, segments, tables and their norm, mask, then scales and zero points of what are bytes.
Outputs import_embed_layer_norm(NodeContext& node) {
  std::vector<ValueId> inputs{node.input(0), node.optional_input(1)};
  for (size_t k = 0; k < 5; ++k)
    inputs.push_back(node.has_input(2 + k) ? dequantize(node, node.weights(2 + k), 8 + k, 13 + k,
                                                        -1, core::str("part_", k))
                                           : ValueId{});
  inputs.push_back(node.optional_input(7));
  return import_as(node, kMicrosoft, "EmbedLayerNormalization", inputs);
}

constexpr Importer kImporters[] = {
    {"MatMulIntegerToFloat", import_matmul_integer_to_float, 0, kMicrosoft},
    {"DynamicQuantizeMatMul", import_dynamic_quantize_matmul, 0, kMicrosoft},
    {"DynamicQuantizeLSTM", import_lstm, 0, kMicrosoft},
    {"QAttention", import_attention, 0, kMicrosoft},
    {"QEmbedLayerNormalization", import_embed_layer_norm, 0, kMicrosoft},
};

}  // namespace

std::span<const Importer> dynamic_contrib_importers() { return kImporters; }

}  // namespace trtlike::onnx
