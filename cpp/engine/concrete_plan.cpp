// Problems of steps from the descriptions of their values.
#include "engine/concrete_plan.h"

#include <algorithm>
#include <map>
#include <optional>

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
  if (step.op == "Reformat") return true;
  const ops::OpDefinition& op = ops::get_op(step.op);
  std::map<DataType, DataType> stored_as;
  const auto fits = [&](int32_t index) {
    if (index < 0) return true;
    const PlanValue& value = plan.values[static_cast<size_t>(index)];
    if (!core::is_float(value.logical_dtype)) return true;
    const DataType known = stored_as.emplace(value.logical_dtype, value.dtype).first->second;
    return core::is_float(value.dtype) && known == value.dtype;
  };
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const bool weights = i < op.inputs.size() && op.inputs[i].weights;
    if (!weights && !fits(step.inputs[i])) return false;
  }
  return std::all_of(step.outputs.begin(), step.outputs.end(), fits);
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
