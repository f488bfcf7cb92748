// QuantizeLinear and DequantizeLinear, and what quantized operators have of them.
#include "onnx/layers.h"
#include "onnx/quantized_operands.h"

namespace trtlike::onnx {

ValueId zero_point(NodeContext& node, size_t i) {
  if (!node.has_input(i)) return {};
  const auto elements = ir::constant_elements(node.graph(), node.weights(i));
  if (!elements) return node.weights(i);
  for (const double element : *elements)
    if (element != 0) return node.weights(i);
  return {};
}

ValueId dequantize(NodeContext& node, size_t first, int64_t axis, std::string_view suffix) {
  return dequantize(node, node.input(first), first + 1, first + 2, axis, suffix);
}

ValueId dequantize(NodeContext& node, ValueId value, size_t scale, size_t zero, int64_t axis,
                   std::string_view suffix) {
  const ValueId steps = node.weights(scale);
  const bool is_per_axis = node.rank(steps) > 0 && node.dims(steps)[0] != 1;
  return node.add(
      "Dequantize", {value, steps, zero_point(node, zero)},
      {{"axis", is_per_axis ? axis : int64_t{-1}}, {"to_type", enum_number(node.dtype(steps))}},
      suffix);
}

ValueId quantize(NodeContext& node, ValueId value, size_t scale, size_t zero) {
  const DataType to = node.has_input(zero) ? node.dtype(node.weights(zero)) : DataType::UInt8;
  return node.add("Quantize", {value, node.weights(scale), zero_point(node, zero)},
                  {{"axis", int64_t{-1}}, {"to_type", enum_number(to)}}, "quantize");
}

bool has_integer_product(NodeContext& node, ValueId a, size_t b) {
  return node.rank(a) >= 2 && node.rank(node.weights(b)) == 2 && node.is_constant(node.weights(b));
}

namespace {

/// Scales of the input's rank are one a block; the op needs no axis for them.
int64_t axis_of(NodeContext& node) {
  const int rank = node.rank(node.input(0));
  if (rank == 0 || node.get_int("block_size", 0) != 0) return -1;
  const Dims& scale = node.dims(node.weights(1));
  if (scale.rank() == 0 || (scale.rank() == 1 && scale[0] == 1)) return -1;
  return node.normalize_axis(node.get_int("axis", 1), rank);
}

Outputs import_quantize(NodeContext& node) {
  DataType to = DataType::UInt8;
  if (node.has_input(2))
    to = node.dtype(node.weights(2));
  else if (node.get_int("output_dtype", 0) != 0)
    to = to_dtype(static_cast<int32_t>(node.get_int("output_dtype")), node.describe());
  return {node.add("Quantize", {node.input(0), node.weights(1), zero_point(node, 2)},
                   {{"axis", axis_of(node)}, {"to_type", enum_number(to)}})};
}

Outputs import_dequantize(NodeContext& node) {
  return {
      node.add("Dequantize", {node.input(0), node.weights(1), zero_point(node, 2)},
               {{"axis", axis_of(node)}, {"to_type", enum_number(node.dtype(node.weights(1)))}})};
}

constexpr Importer kImporters[] = {
    {"QuantizeLinear", import_quantize},
    {"DequantizeLinear", import_dequantize},
    {"QuantizeLinear", import_quantize, 0, "com.microsoft"},
    {"DequantizeLinear", import_dequantize, 0, "com.microsoft"},
};

}  // namespace

std::span<const Importer> quantize_importers() { return kImporters; }

}  // namespace trtlike::onnx
