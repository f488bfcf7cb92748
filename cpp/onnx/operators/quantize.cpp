// QuantizeLinear and DequantizeLinear.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

/// The zero point, or none when it is 0 everywhere.
ValueId zero_point(NodeContext& node) {
  if (!node.has_input(2)) return {};
  const auto elements = ir::constant_elements(node.graph(), node.weights(2));
  if (elements)
    for (const double element : *elements)
      if (element != 0) return node.weights(2);
  return elements ? ValueId{} : node.weights(2);
}

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
  return {node.add("Quantize", {node.input(0), node.weights(1), zero_point(node)},
                   {{"axis", axis_of(node)}, {"to_type", enum_number(to)}})};
}

Outputs import_dequantize(NodeContext& node) {
  return {
      node.add("Dequantize", {node.input(0), node.weights(1), zero_point(node)},
               {{"axis", axis_of(node)}, {"to_type", enum_number(node.dtype(node.weights(1)))}})};
}

constexpr Importer kImporters[] = {
    {"QuantizeLinear", import_quantize},
    {"DequantizeLinear", import_dequantize},
};

}  // namespace

std::span<const Importer> quantize_importers() { return kImporters; }

}  // namespace trtlike::onnx
