// Preparing a plan at the ends of a profile.
#include "runtime/execution/profile_memory.h"

#include "core/shape.h"
#include "runtime/bindings.h"
#include "runtime/execution/shape_state.h"

namespace trtlike::runtime {
namespace {

constexpr int kMax = 2;

Shapes shapes_at(const engine::LoadedPlan& loaded, int profile, int which) {
  const engine::Plan& plan = loaded.plan;
  Shapes shapes = initial_shapes(plan, loaded.constants);
  for (size_t b = 0; b < plan.bindings.size(); ++b) {
    if (plan.bindings[b].mode != TensorIOMode::Input) continue;
    const auto binding = static_cast<int>(b);
    const auto value = static_cast<size_t>(plan.bindings[b].value);
    const auto at = static_cast<size_t>(which);
    shapes.dims[value] = profile_shape(plan, binding, profile)[at];
    const std::vector<int64_t> elements = profile_values(plan, binding, profile)[at];
    if (core::is_static(shapes.dims[value]) &&
        core::elems(shapes.dims[value]) == static_cast<int64_t>(elements.size()))
      shapes.host[value] = elements;
  }
  return shapes;
}

}  // namespace

Shapes largest_shapes(const engine::LoadedPlan& loaded, int profile) {
  Shapes shapes = shapes_at(loaded, profile, kMax);
  resolve_shapes(loaded.plan, shapes, AtUnknown::Bound);
  return shapes;
}

int64_t profile_memory_bytes(const engine::LoadedPlan& loaded, int profile) {
  const Shapes shapes = shapes_at(loaded, profile, kMax);
  for (const engine::PlanBinding& binding : loaded.plan.bindings)
    if (binding.mode == TensorIOMode::Input && !core::is_static(shapes.of(binding.value))) return 0;
  StepTable table(loaded.plan);
  const ShapeState state(loaded, table, nullptr, shapes, loaded.plan.threads);
  return static_cast<int64_t>(state.arena_bytes());
}

}  // namespace trtlike::runtime
