// Computing constants, and noting how.
#include "ir/recipe.h"

#include "core/check.h"
#include "ir/patch.h"
#include "ops/evaluate.h"

namespace trtlike::ir {

std::shared_ptr<const Recipe> make_weights_recipe(const std::string& name,
                                                  const ops::TensorType& type) {
  auto recipe = std::make_shared<Recipe>();
  recipe->type = type;
  recipe->weights = std::make_shared<const NamedWeights>(NamedWeights{name});
  return recipe;
}

Constant constant_of(const Graph& graph, ValueId id) {
  if (!id || !graph.value(id).constant) return {};
  return {graph.value(id).type, *graph.value(id).constant};
}

Constant integers_of(const ConstantData& constant, const Dims& dims) {
  const QuantizedElements& stored = *constant.dequantized_from;
  return {{stored.dtype, dims},
          {stored.data, core::dtype_bytes(stored.dtype, core::elems(dims)), nullptr, stored.recipe,
           stored.may_change}};
}

std::vector<Constant> compute(const ops::OpDefinition& op, const ops::Attributes& attributes,
                              std::span<const std::optional<Constant>> inputs) {
  std::vector<core::TensorView> views;
  bool follows = false, may_change = false;
  for (const std::optional<Constant>& input : inputs) {
    if (!input) {
      views.push_back({nullptr, DataType::Float, Dims::unknown_rank()});
      continue;
    }
    views.push_back(
        {const_cast<void*>(input->data.data.get()), input->type.dtype, input->type.dims});
    follows = follows || input->data.recipe != nullptr;
    may_change = may_change || input->data.may_change;
  }
  std::vector<Constant> outputs;
  for (const ops::OwnedTensor& tensor : ops::evaluate(op, attributes, views))
    outputs.push_back({{tensor.view.dtype, tensor.view.dims}, {tensor.data, tensor.view.bytes()}});
  for (size_t i = 0; follows && i < outputs.size(); ++i) {
    auto recipe = std::make_shared<Recipe>();
    recipe->type = outputs[i].type;
    recipe->op = &op;
    recipe->attributes = attributes;
    recipe->inputs.assign(inputs.begin(), inputs.end());
    recipe->output = i;
    outputs[i].data.recipe = std::move(recipe);
    outputs[i].data.may_change = may_change;
  }
  return outputs;
}

Constant compute(std::string_view name, const AttributeList& attributes,
                 const std::vector<Constant>& inputs) {
  const ops::OpDefinition& op = ops::get_op(name);
  const std::vector<std::optional<Constant>> operands(inputs.begin(), inputs.end());
  return compute(op, ops::complete_attributes(op, attributes), operands)[0];
}

Constant combine(ElementWiseOperation operation, const Constant& a, const Constant& b) {
  return compute("ElementWise", {{"op", enum_number(operation)}}, {a, b});
}

Constant concatenate(const std::vector<Constant>& parts, int64_t axis) {
  return compute("Concatenation", {{"axis", axis}}, parts);
}

Constant filled(DataType dtype, const Dims& dims, double element) {
  const std::vector<double> elements(static_cast<size_t>(core::elems(dims)), element);
  return {{dtype, dims}, make_constant_data(dtype, elements)};
}

Constant reshaped(Constant constant, const Dims& dims) {
  TRTLIKE_ASSERT(core::elems(constant.type.dims) == core::elems(dims), "extents ", dims, " for ",
                 constant.type.dims);
  constant.type.dims = dims;
  constant.data.dequantized_from = nullptr;
  return constant;
}

}  // namespace trtlike::ir
