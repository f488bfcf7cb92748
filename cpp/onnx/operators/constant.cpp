// Constant in the forms that are no tensor: one number, a list of numbers, a sparse tensor.
#include "ir/recipe.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

Outputs import_constant(NodeContext& node) {
  if (node.has_attribute("value")) {
    TensorData tensor = node.tensors().read(node.get_tensor("value"));
    tensor.data.recipe =
        ir::make_weights_recipe(node.proto().output(0), {tensor.dtype, tensor.dims});
    return {node.add_constant(tensor)};
  }
  if (node.has_attribute("value_float"))
    return {node.add_constant(DataType::Float, {}, {node.get_float("value_float")})};
  if (node.has_attribute("value_floats")) {
    const auto elements = node.get_floats("value_floats");
    return {node.add_constant(DataType::Float, {static_cast<int64_t>(elements.size())}, elements)};
  }
  if (node.has_attribute("value_int")) {
    const ValueId list = node.add_constant_ints({node.get_int("value_int")});
    return {reshape_constant(node, list, {})};
  }
  if (node.has_attribute("value_ints"))
    return {node.add_constant_ints(node.get_ints("value_ints"))};
  if (const auto* sparse = node.find_attribute("sparse_value"))
    return {node.add_constant(node.tensors().read_sparse(sparse->sparse_tensor()))};
  node.fail(Code::UnsupportedNodeAttr,
            "expected one of the attributes value, value_float, value_floats, value_int, "
            "value_ints and sparse_value, got none of them.");
}

constexpr Importer kImporters[] = {{"Constant", import_constant}};

}  // namespace

std::span<const Importer> constant_importers() { return kImporters; }

}  // namespace trtlike::onnx
