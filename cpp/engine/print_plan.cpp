// The plan as text: one line a binding, value, profile and step, in the plan's order.
#include "core/strings.h"
#include "core/text.h"
#include "engine/plan.h"

namespace trtlike::engine {
namespace {

std::string format_name(DataType dtype, kernels::Layout layout) {
  std::string text = core::dtype_short_name(dtype);
  if (layout != kernels::Layout::Linear) text += core::str(" ", kernels::layout_name(layout));
  return text;
}

std::string print_value(const PlanValue& value) {
  std::string text =
      core::str(value.kind == ValueKind::Constant ? "constant '" : "value '", value.name, "' ",
                format_name(value.dtype, value.layout), value.dims.to_string());
  if (value.quantization) text += core::str(" ", value.quantization.to_string());
  if (value.logical_dtype != value.dtype)
    text += core::str(" for ", core::dtype_short_name(value.logical_dtype));
  if (value.kind == ValueKind::Constant)
    text += core::str(" at ", value.constant.offset, "+", value.constant.bytes);
  return text;
}

std::string print_operands(const std::vector<int32_t>& operands) {
  std::vector<std::string> names;
  for (int32_t index : operands) names.push_back(index < 0 ? "-" : core::str("%", index));
  return core::join(names);
}

std::string print_step(const PlanStep& step) {
  std::string text = core::str(print_operands(step.outputs), " = ", step.op, "(",
                               print_operands(step.inputs), ") {", step.attributes.to_string(),
                               "} by ", step.tactic.empty() ? "view" : step.tactic);
  if (!step.constant_inputs.empty())
    text += core::str(" constants ", step.constant_inputs.to_string());
  if (!step.packed_inputs.empty()) {
    text += core::str(" packed ", step.packed_inputs.to_string(), " at ", step.packed.offset, "+",
                      step.packed.bytes);
    for (const kernels::TensorDesc& desc : step.packed_descs)
      text += core::str(" ", desc.to_string());
  }
  if (step.blob >= 0) text += core::str(" blob ", step.blob);
  for (const int32_t region : step.regions) text += core::str(" region ", region);
  if (step.strict) text += " strict";
  if (step.tuned_ms > 0) text += core::str(" ", step.tuned_ms, " ms");
  text += core::str(" # ", step.name);
  if (!step.metadata.empty()) text += core::str(" ", step.metadata);
  return text;
}

std::string print_binding(const PlanBinding& binding) {
  std::string text = core::str(binding.mode == TensorIOMode::Input ? "input '" : "output '",
                               binding.name, "' %", binding.value);
  if (binding.is_shape_tensor) text += " shape tensor";
  if (!binding.dimension_names.empty())
    text += core::str(" [", core::join(binding.dimension_names), "]");
  return text;
}

std::string print_recipes(const PlanRecipes& recipes) {
  std::string text;
  for (size_t i = 0; i < recipes.weights.size(); ++i) {
    const PlanWeights& weights = recipes.weights[i];
    text += core::str("weights ", i, " '", weights.name, "' ",
                      core::dtype_short_name(weights.dtype), " x ", weights.count);
    if (weights.checksum != 0) text += core::str(" as ", weights.checksum);
    for (const PlanWeights::Use& use : weights.uses)
      text += core::str(" ", enum_name(use.role), " of '", use.layer, "'");
    text += "\n";
  }
  static constexpr const char* kSources[] = {"weights", "literal", "view", "computed"};
  for (size_t i = 0; i < recipes.values.size(); ++i) {
    const RecipeValue& value = recipes.values[i];
    text += core::str("$", i, " ", kSources[static_cast<int>(value.source)], " ",
                      core::dtype_short_name(value.dtype), value.dims.to_string());
    if (value.of >= 0) text += core::str(" of ", value.of);
    if (value.source == RecipeSource::Literal)
      text += core::str(" at ", value.literal.offset, "+", value.literal.bytes);
    text += "\n";
  }
  for (const RecipeStep& step : recipes.steps)
    text += core::str("$", core::join(step.outputs, ", $"), " = ", step.op, "($",
                      core::join(step.inputs, ", $"), ") {", step.attributes.to_string(), "}\n");
  for (const RecipeTarget& target : recipes.targets)
    text += core::str("$", target.value, " to ", target.desc.to_string(), " at ",
                      target.range.offset, "+", target.range.bytes, "\n");
  return text;
}

std::string print_profile(const PlanProfile& profile) {
  std::string text = "profile";
  for (const auto& [name, range] : profile.shapes)
    text += core::str(" '", name, "' ", core::join(range, " <= "));
  for (const auto& [name, values] : profile.shape_values)
    text += core::str(" '", name, "' {", core::join(values[0]), "} <= {", core::join(values[1]),
                      "} <= {", core::join(values[2]), "}");
  return core::str(text, " ", profile.memory_bytes, " bytes");
}

}  // namespace

std::string print_plan(const Plan& plan) {
  std::string text = core::str("plan '", plan.name, "' for ", plan.fingerprint, " needs ",
                               core::isa_name(plan.needs), " threads ", plan.threads, " verbosity ",
                               static_cast<int>(plan.verbosity), "\n");
  for (const PlanBinding& binding : plan.bindings) text += print_binding(binding) + "\n";
  for (const PlanProfile& profile : plan.profiles) text += print_profile(profile) + "\n";
  for (size_t i = 0; i < plan.values.size(); ++i)
    text += core::str("%", i, " ", print_value(plan.values[i]), "\n");
  for (const PlanStep& step : plan.steps) text += print_step(step) + "\n";
  for (const PlanDebugTensor& tensor : plan.debug_tensors)
    text += core::str("debug '", tensor.name, "' %", tensor.value, "\n");
  if (plan.reports_unfused) text += "debug unfused\n";
  for (size_t i = 0; i < plan.blobs.size(); ++i)
    text += core::str("blob ", i, " '", plan.blobs[i].name, "' at ", plan.blobs[i].range.offset,
                      "+", plan.blobs[i].range.bytes, "\n");
  text += print_recipes(plan.recipes);
  for (size_t i = 0; i < plan.regions.size(); ++i)
    text += core::str("region ", i, "\n", core::indented(print_plan(plan.regions[i])));
  return text;
}

}  // namespace trtlike::engine
