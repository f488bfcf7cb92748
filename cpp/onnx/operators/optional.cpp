// Optionals: whether there is an element must be known while the model is imported.
#include "onnx/layers.h"
#include "onnx/model_importer.h"

namespace trtlike::onnx {
namespace {

Outputs import_optional(NodeContext& node) {
  return {node.has_input(0) ? node.any_input(0) : kNothing};
}

Outputs import_has_element(NodeContext& node) {
  const bool has = node.has_input(0) && node.any_input(0) != kNothing;
  return {node.add_constant(DataType::Bool, {}, {has ? 1.0 : 0.0})};
}

Outputs import_get_element(NodeContext& node) {
  const ValueId value = node.any_input(0);
  if (value == kNothing)
    node.fail_input(Code::InvalidNode, 0,
                    "expected an optional with an element, got an empty one.");
  return {value};
}

constexpr Importer kImporters[] = {
    {"Optional", import_optional},
    {"OptionalHasElement", import_has_element},
    {"OptionalGetElement", import_get_element},
};

}  // namespace

std::span<const Importer> optional_importers() { return kImporters; }

}  // namespace trtlike::onnx
