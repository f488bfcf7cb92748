// Problems of steps from the descriptions of their values.
#include "engine/concrete_plan.h"

#include <optional>

#include "kernels/reference/reference.h"

namespace trtlike::engine {

std::vector<ops::TensorType> input_types(const Plan& plan, const PlanStep& step,
                                         const std::vector<Dims>& dims) {
  std::vector<ops::TensorType> types(step.inputs.size());
  std::optional<DataType> computed;
  for (size_t i = 0; i < types.size(); ++i) {
    if (step.inputs[i] < 0) continue;
    const auto value = static_cast<size_t>(step.inputs[i]);
    types[i] = {plan.values[value].logical_dtype, dims[value]};
    if (!computed && core::is_float(types[i].dtype)) computed = types[i].dtype;
  }
  size_t packed = 0;
  for (size_t i = 0; i < types.size(); ++i) {
    if (!step.packed_inputs.contains(i)) continue;
    types[i] = {step.packed_descs[packed].dtype, step.packed_descs[packed].dims};
    ++packed;
    if (computed && core::is_float(types[i].dtype)) types[i].dtype = *computed;
  }
  return types;
}

bool fits_reference(const Plan& plan, const PlanStep& step) {
  bool is_float = true;
  const auto types_of = [&](const std::vector<int32_t>& values) {
    std::vector<ops::TensorType> types(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] < 0) continue;
      const PlanValue& value = plan.values[static_cast<size_t>(values[i])];
      types[i] = {value.dtype, value.dims};
      is_float = is_float && core::is_float(value.logical_dtype) == core::is_float(value.dtype);
    }
    return types;
  };
  const std::vector<ops::TensorType> inputs = types_of(step.inputs),
                                     outputs = types_of(step.outputs);
  return is_float &&
         !kernels::refuse_stored_types(ops::get_op(step.op), step.attributes, inputs, outputs);
}

StepArgs::StepArgs(const ConcretePlan& concrete, size_t index)
    : op_(*concrete.steps[index].op), attributes_(concrete.plan_step(index).attributes) {
  const PlanStep& step = concrete.plan_step(index);
  const auto type_of = [&](int32_t value) {
    return value < 0 ? ops::TensorType{}
                     : ops::TensorType{concrete.desc(value).dtype, concrete.desc(value).dims};
  };
  for (int32_t value : step.inputs) {
    inputs_.push_back(type_of(value));
    host_.push_back(value < 0 ? ops::HostValue{} : concrete.known[static_cast<size_t>(value)]);
  }
  for (int32_t value : step.outputs) outputs_.push_back(type_of(value));
}

kernels::Problem make_problem(const ConcretePlan& concrete, size_t index) {
  const PlanStep& step = concrete.plan_step(index);
  kernels::Problem problem;
  problem.op = concrete.steps[index].op;
  problem.attributes = &step.attributes;
  problem.constant_inputs = step.constant_inputs;
  problem.threads = concrete.threads;
  problem.strict = step.strict;
  size_t packed = 0;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const void* constant = nullptr;
    kernels::TensorDesc desc;
    if (step.packed_inputs.contains(i)) {
      desc = step.packed_descs[packed++];
    } else if (step.inputs[i] >= 0) {
      desc = concrete.desc(step.inputs[i]);
      const PlanValue& value = concrete.plan->values[static_cast<size_t>(step.inputs[i])];
      if (value.kind == ValueKind::Constant) constant = concrete.constants + value.constant.offset;
    }
    problem.inputs.push_back(desc);
    problem.constants.push_back(constant);
  }
  for (int32_t output : step.outputs)
    problem.outputs.push_back(output < 0 ? kernels::TensorDesc{} : concrete.desc(output));
  return problem;
}

std::span<const std::byte> packed_constants(const ConcretePlan& concrete, size_t index) {
  const PlanStep& step = concrete.plan_step(index);
  if (step.packed_inputs.empty()) return {};
  return {concrete.constants + step.packed.offset, static_cast<size_t>(step.packed.bytes)};
}

}  // namespace trtlike::engine
