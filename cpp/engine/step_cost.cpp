// Costs of steps from the descriptions of their operands.
#include "engine/step_cost.h"

#include <algorithm>
#include <set>

#include "ops/arithmetic.h"

namespace trtlike::engine {
namespace {

int64_t operand_bytes(const ConcretePlan& concrete, const PlanStep& step,
                      const ops::OpDefinition& op) {
  int64_t written = 0, read = 0;
  for (int32_t value : step.outputs)
    if (value >= 0) written += static_cast<int64_t>(concrete.desc(value).bytes());
  const std::set<int32_t> inputs(step.inputs.begin(), step.inputs.end());
  for (int32_t value : inputs) {
    if (value < 0) continue;
    const auto bytes = static_cast<int64_t>(concrete.desc(value).bytes());
    read += op.picks_elements ? std::min(bytes, written) : bytes;
  }
  return written + read + static_cast<int64_t>(step.packed.bytes);
}

std::vector<ops::TensorType> output_types(const ConcretePlan& concrete, const PlanStep& step) {
  std::vector<ops::TensorType> types;
  for (int32_t value : step.outputs)
    types.push_back(value < 0
                        ? ops::TensorType{}
                        : ops::TensorType{concrete.desc(value).dtype, concrete.desc(value).dims});
  return types;
}

}  // namespace

StepCost step_cost(const ConcretePlan& concrete, const AliasPlan& aliases, size_t step) {
  const StepWork& work = aliases.steps[step];
  StepCost cost;
  if (work.work == Work::Nothing) return cost;
  if (work.work == Work::Copies) {
    for (const Copy& copy : work.copies) cost.bytes += 2 * copy.rows * copy.row_bytes;
    return cost;
  }
  const PlanStep& plan_step = concrete.plan_step(step);
  std::vector<Dims> dims;
  for (const kernels::TensorDesc& desc : concrete.descs) dims.push_back(desc.dims);
  cost.operations = ops::count_operations(*concrete.steps[step].op, plan_step.attributes,
                                          input_types(*concrete.plan, plan_step, dims),
                                          output_types(concrete, plan_step));
  cost.bytes = operand_bytes(concrete, plan_step, *concrete.steps[step].op);
  return cost;
}

}  // namespace trtlike::engine
