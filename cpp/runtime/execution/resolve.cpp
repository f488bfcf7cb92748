// Shape resolution.
#include "runtime/execution/resolve.h"

#include <algorithm>

#include "core/check.h"
#include "engine/rules/step_rules.h"
#include "ops/host_values.h"

namespace trtlike::runtime {
namespace {

size_t index(int32_t value) { return static_cast<size_t>(value); }

/// The extents of an output from its rule and from the plan; throws when they differ.
Dims merge(const Dims& inferred, const Dims& planned, const engine::PlanStep& step, size_t output) {
  const std::optional<Dims> merged = engine::merge_extents(inferred, planned);
  TRTLIKE_CHECK(merged, "[runtime] layer '", step.name, "' (", step.op, "), output ", output,
                ": expected shape ", planned, " as the engine was built for, got ", inferred, ".");
  return *merged;
}

struct Operands {
  std::vector<ops::TensorType> inputs;
  std::vector<ops::HostValue> host;
};

Operands gather_inputs(const engine::Plan& plan, const engine::PlanStep& step,
                       const ops::OpDefinition& op, const Shapes& shapes) {
  Operands operands;
  operands.inputs = engine::input_types(plan, step, shapes.dims);
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const int32_t value = step.inputs[i];
    operands.host.push_back(value < 0 ? ops::HostValue{} : shapes.host[index(value)]);
    if (value < 0 || !op.host_inputs.contains(i)) continue;
    const std::optional<std::string> reason = engine::refuse_host_input(operands.inputs[i]);
    TRTLIKE_CHECK(!reason, "[runtime] layer '", step.name, "' (", step.op, "), input ", i, ": ",
                  *reason);
  }
  return operands;
}

/// What `f` throws says which step it was.
template <typename F>
void in_step(const engine::PlanStep& step, F&& f) {
  try {
    f();
  } catch (const UserError& e) {
    throw UserError(core::str("[runtime] layer '", step.name, "' (", step.op, "): ", e.what()));
  }
}

void resolve_step(const engine::Plan& plan, const engine::PlanStep& step, Shapes& shapes,
                  bool is_bounded) {
  const ops::OpDefinition& op = ops::get_op(step.op);
  const Operands operands = gather_inputs(plan, step, op, shapes);
  std::vector<ops::TensorType> outputs;
  in_step(step, [&] {
    ops::infer(op, step.attributes, operands.inputs, operands.host, outputs);
    if (is_bounded)
      ops::bound_extents(op, {op.self, step.attributes, operands.inputs, operands.host, outputs});
  });
  bool propagates = false;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (step.outputs[i] < 0) continue;
    const engine::PlanValue& value = plan.values[index(step.outputs[i])];
    outputs[i].dims = merge(outputs[i].dims, value.dims, step, i);
    shapes.dims[index(step.outputs[i])] = outputs[i].dims;
    propagates = propagates || core::is_host_type(value.logical_dtype);
  }
  if (!propagates) return;
  std::vector<ops::HostValue> host;
  in_step(step, [&] {
    host = ops::propagate(op, step.attributes, operands.inputs, operands.host, outputs);
  });
  for (size_t i = 0; i < host.size() && i < outputs.size(); ++i)
    if (step.outputs[i] >= 0) shapes.host[index(step.outputs[i])] = std::move(host[i]);
}

bool outputs_known(const engine::PlanStep& step, const Shapes& shapes) {
  return std::all_of(step.outputs.begin(), step.outputs.end(),
                     [&](int32_t value) { return value < 0 || core::is_static(shapes.of(value)); });
}

}  // namespace

Shapes initial_shapes(const engine::Plan& plan, const std::byte* constants) {
  Shapes shapes;
  shapes.dims.reserve(plan.values.size());
  for (const engine::PlanValue& value : plan.values) shapes.dims.push_back(value.dims);
  shapes.host.resize(plan.values.size());
  for (size_t i = 0; i < plan.values.size(); ++i) {
    const engine::PlanValue& value = plan.values[i];
    if (value.kind != engine::ValueKind::Constant || value.layout != kernels::Layout::Linear)
      continue;
    const auto* elements = constants + value.constant.offset;
    shapes.host[i] =
        ops::known_elements({const_cast<std::byte*>(elements), value.dtype, value.dims});
  }
  return shapes;
}

void resolve_shapes(const engine::Plan& plan, Shapes& shapes, AtUnknown at_unknown) {
  while (shapes.resolved < plan.steps.size()) {
    const engine::PlanStep& step = plan.steps[shapes.resolved];
    if (!step.regions.empty()) {
      // Its regions tell, when they run.
      if (at_unknown == AtUnknown::Stop) return;
      ++shapes.resolved;
      continue;
    }
    resolve_step(plan, step, shapes, at_unknown == AtUnknown::Bound);
    if (at_unknown == AtUnknown::Stop && !outputs_known(step, shapes)) return;
    ++shapes.resolved;
  }
}

}  // namespace trtlike::runtime
