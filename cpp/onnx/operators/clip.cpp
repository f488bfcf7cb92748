// Clip: bounds as attributes (opset 6) or inputs (opset 11).
#include <algorithm>

#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr double kFloatMax = 3.4028234663852886e38;

double largest(DataType dtype) {
  if (dtype == DataType::Half) return 65504;
  return dtype == DataType::BF16 ? 3.3895313892515355e38 : kFloatMax;
}

/// The bound when it is known, or the type's limit when there is none; nothing when it is computed.
std::optional<double> known_bound(NodeContext& node, size_t input, const char* name,
                                  double fallback) {
  if (node.opset() < 11) return node.get_float(name, fallback);
  if (!node.has_input(input)) return fallback;
  const auto elements = node.known_floats(node.input(input));
  if (!elements || elements->size() != 1) return std::nullopt;
  return elements->front();
}

Outputs import_clip(NodeContext& node) {
  const ValueId x = node.input(0);
  const double limit = largest(node.dtype(x));
  const auto low = known_bound(node, 1, "min", -limit);
  const auto high = known_bound(node, 2, "max", limit);
  if (low && high && core::is_float(node.dtype(x)))
    return {activation(node, ActivationType::Clip, x, std::min(*low, *high), *high)};
  ValueId result = x;
  const auto bound = [&](size_t input, const char* name, ElementWiseOperation op) {
    if (node.opset() < 11 && node.has_attribute(name))
      result = elementwise(node, op, result, node.get_float(name), name);
    if (node.opset() >= 11 && node.has_input(input))
      result = elementwise(node, op, result, node.input(input), name);
  };
  bound(1, "min", ElementWiseOperation::Max);
  bound(2, "max", ElementWiseOperation::Min);
  return {result};
}

constexpr Importer kImporters[] = {{"Clip", import_clip}};

}  // namespace

std::span<const Importer> clip_importers() { return kImporters; }

}  // namespace trtlike::onnx
