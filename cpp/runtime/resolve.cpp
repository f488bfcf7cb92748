// Shape resolution.
#include "runtime/resolve.h"

#include <algorithm>

#include "core/check.h"
#include "ops/host_values.h"

namespace trtlike::runtime {
namespace {

constexpr int64_t kMaxHostElems = 4096;

size_t index(int32_t value) { return static_cast<size_t>(value); }

/// What is known of an extent from two sides; throws when they differ.
Dims merge(const Dims& inferred, const Dims& planned, const engine::PlanStep& step, size_t output) {
  if (inferred.rank() < 0) return planned;
  Dims out = inferred;
  bool same = inferred.rank() == planned.rank();
  for (int d = 0; same && d < out.rank(); ++d) {
    if (out[d] < 0) out[d] = planned[d];
    same = planned[d] < 0 || out[d] == planned[d];
  }
  TRTLIKE_CHECK(same, "[runtime] layer '", step.name, "' (", step.op, "), output ", output,
                ": expected shape ", planned, " as the engine was built for, got ", inferred, ".");
  return out;
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
    const Dims& dims = shapes.of(value);
    TRTLIKE_CHECK(!core::is_static(dims) || core::elems(dims) <= kMaxHostElems, "[runtime] layer '",
                  step.name, "' (", step.op, "), input ", i, ": expected at most ", kMaxHostElems,
                  " integers, which shapes are computed from, got shape ", dims, ".");
  }
  return operands;
}

void resolve_step(const engine::Plan& plan, const engine::PlanStep& step, Shapes& shapes) {
  const ops::OpDefinition& op = ops::get_op(step.op);
  const Operands operands = gather_inputs(plan, step, op, shapes);
  std::vector<ops::TensorType> outputs;
  try {
    ops::infer(op, step.attributes, operands.inputs, operands.host, outputs);
  } catch (const UserError& e) {
    throw UserError(core::str("[runtime] layer '", step.name, "' (", step.op, "): ", e.what()));
  }
  bool propagates = false;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (step.outputs[i] < 0) continue;
    const engine::PlanValue& value = plan.values[index(step.outputs[i])];
    outputs[i].dims = merge(outputs[i].dims, value.dims, step, i);
    shapes.dims[index(step.outputs[i])] = outputs[i].dims;
    propagates = propagates || core::is_host_type(value.logical_dtype);
  }
  if (!propagates) return;
  std::vector<ops::HostValue> host =
      ops::propagate(op, step.attributes, operands.inputs, operands.host, outputs);
  for (size_t i = 0; i < host.size() && i < outputs.size(); ++i)
    if (step.outputs[i] >= 0) shapes.host[index(step.outputs[i])] = std::move(host[i]);
}

bool outputs_known(const engine::PlanStep& step, const Shapes& shapes) {
  return std::all_of(step.outputs.begin(), step.outputs.end(),
                     [&](int32_t value) { return value < 0 || core::is_static(shapes.of(value)); });
}

}  // namespace

std::vector<int64_t> read_elements(const void* data, DataType dtype, int64_t count) {
  std::vector<int64_t> out(static_cast<size_t>(count));
  core::dispatch_dtype(dtype, "shape tensor", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>) {
      const T* from = static_cast<const T*>(data);
      std::transform(from, from + count, out.begin(),
                     [](T element) { return ops::known_element(static_cast<int64_t>(element)); });
    }
  });
  return out;
}

void write_elements(const std::vector<int64_t>& elements, DataType dtype, void* out) {
  core::dispatch_dtype(dtype, "shape tensor", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>)
      std::transform(elements.begin(), elements.end(), static_cast<T*>(out),
                     [](int64_t element) { return static_cast<T>(element); });
  });
}

Shapes initial_shapes(const engine::Plan& plan, const std::byte* constants) {
  Shapes shapes;
  shapes.dims.reserve(plan.values.size());
  for (const engine::PlanValue& value : plan.values) shapes.dims.push_back(value.dims);
  shapes.host.resize(plan.values.size());
  for (size_t i = 0; i < plan.values.size(); ++i) {
    const engine::PlanValue& value = plan.values[i];
    if (value.kind != engine::ValueKind::Constant || !core::is_host_type(value.dtype) ||
        value.layout != kernels::Layout::Linear)
      continue;
    const int64_t count = core::elems(value.dims);
    if (count <= kMaxHostElems)
      shapes.host[i] = read_elements(constants + value.constant.offset, value.dtype, count);
  }
  return shapes;
}

void resolve_shapes(const engine::Plan& plan, Shapes& shapes, bool stop_at_unknown) {
  while (shapes.resolved < plan.steps.size()) {
    const engine::PlanStep& step = plan.steps[shapes.resolved];
    resolve_step(plan, step, shapes);
    if (stop_at_unknown && !outputs_known(step, shapes)) return;
    ++shapes.resolved;
  }
}

}  // namespace trtlike::runtime
