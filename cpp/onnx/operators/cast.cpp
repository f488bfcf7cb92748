// Cast and CastLike.
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

constexpr Importer kImporters[] = {{"Cast", import_cast}, {"CastLike", import_cast_like}};

}  // namespace

std::span<const Importer> cast_importers() { return kImporters; }

}  // namespace trtlike::onnx
