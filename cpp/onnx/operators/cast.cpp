// Cast, CastLike and BitCast.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

int64_t round_mode(NodeContext& node) {
  return node.get_choice("round_mode", "up",
                         {{"up", enum_number(core::PowerRounding::Up)},
                          {"down", enum_number(core::PowerRounding::Down)},
                          {"nearest", enum_number(core::PowerRounding::Nearest)}});
}

ValueId cast_as_onnx(NodeContext& node, DataType dtype) {
  if (!core::is_narrow(dtype)) return cast_wrapping(node, node.input(0), dtype);
  return node.add("Cast", {node.input(0)},
                  {{"to_type", enum_number(dtype)},
                   {"saturate", node.get_int("saturate", 1) != 0},
                   {"round_mode", round_mode(node)}});
}

Outputs import_cast(NodeContext& node) {
  const auto to = static_cast<int32_t>(node.get_int("to"));
  return {cast_as_onnx(node, to_dtype(to, core::str(node.describe(), ", attribute 'to'")))};
}

Outputs import_cast_like(NodeContext& node) {
  return {cast_as_onnx(node, node.dtype(node.input(1)))};
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
