// Cast, CastLike and BitCast.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

Outputs import_cast(NodeContext& node) {
  const auto to = static_cast<int32_t>(node.get_int("to"));
  const DataType dtype = to_dtype(to, core::str(node.describe(), ", attribute 'to'"));
  return {cast_wrapping(node, node.input(0), dtype)};
}

Outputs import_cast_like(NodeContext& node) {
  return {cast_wrapping(node, node.input(0), node.dtype(node.input(1)))};
}

Outputs import_bit_cast(NodeContext& node) {
  const auto to = static_cast<int32_t>(node.get_int("to"));
  const DataType dtype = to_dtype(to, core::str(node.describe(), ", attribute 'to'"));
  return {node.add("BitCast", {node.input(0)}, {{"to_type", enum_number(dtype)}})};
}

constexpr Importer kImporters[] = {
    {"Cast", import_cast},
    {"CastLike", import_cast_like},
    {"BitCast", import_bit_cast},
};

}  // namespace

std::span<const Importer> cast_importers() { return kImporters; }

}  // namespace trtlike::onnx
