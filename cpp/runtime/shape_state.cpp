// Parts of a run and the shapes between them.
#include "runtime/shape_state.h"

#include <algorithm>
#include <set>

#include "core/check.h"
#include "core/os/memory.h"
#include "ops/host_values.h"

namespace trtlike::runtime {

ShapeState::ShapeState(const engine::LoadedPlan& loaded, const StepTable& table, Shapes shapes,
                       int threads)
    : loaded_(loaded),
      table_(table),
      threads_(threads),
      shapes_(resolve(loaded, std::move(shapes))),
      first_(loaded, table, shapes_, 0, shapes_.resolved, find_kept(loaded.plan, shapes_.resolved),
             threads),
      values_(loaded.plan.values.size(), nullptr) {}

Shapes ShapeState::resolve(const engine::LoadedPlan& loaded, Shapes shapes) {
  resolve_shapes(loaded.plan, shapes, AtUnknown::Stop);
  return shapes;
}

/// Values computed before step `from` and read from there on.
std::vector<int32_t> ShapeState::find_kept(const engine::Plan& plan, size_t from) {
  std::set<int32_t> computed, kept;
  for (size_t s = 0; s < from; ++s)
    computed.insert(plan.steps[s].outputs.begin(), plan.steps[s].outputs.end());
  for (size_t s = from; s < plan.steps.size(); ++s)
    for (int32_t value : plan.steps[s].inputs)
      if (value >= 0 && computed.contains(value)) kept.insert(value);
  return {kept.begin(), kept.end()};
}

void ShapeState::run_first(std::byte* arena, std::span<void* const> bindings,
                           const core::ThreadPool& pool, int64_t* times_ns) {
  part_ = 0;
  first_.bind({arena, bindings, values_});
  first_.run(pool, times_ns);
}

/// The elements of the inputs that the next step's shape rule needs, from where they were computed.
void ShapeState::read_host_inputs(Shapes& shapes, std::vector<int64_t>& read,
                                  std::span<void* const> bindings) const {
  const engine::PlanStep& step = loaded_.plan.steps[shapes.resolved];
  const ops::OpDefinition& op = *table_.steps[shapes.resolved].op;
  bool any = false;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const int32_t value = step.inputs[i];
    if (value < 0 || !op.host_inputs.contains(i)) continue;
    const auto v = static_cast<size_t>(value);
    if (ops::is_known(shapes.host[v])) continue;
    const void* data = values_[v];
    for (size_t b = 0; b < loaded_.plan.bindings.size(); ++b)
      if (loaded_.plan.bindings[b].value == value && bindings[b] != nullptr) data = bindings[b];
    TRTLIKE_ASSERT(data != nullptr, "address of value ", value);
    shapes.host[v] =
        ops::host_elements({const_cast<void*>(data), loaded_.plan.values[v].dtype, shapes.dims[v]});
    read.insert(read.end(), shapes.host[v]->begin(), shapes.host[v]->end());
    any = true;
  }
  if (!any)
    throw UnsupportedError(core::str("[runtime] layer '", step.name, "' (", step.op,
                                     "): expected output extents that follow from its inputs' "
                                     "shapes, got ones that only the run can tell."));
}

bool ShapeState::advance(std::span<void* const> bindings) {
  Shapes shapes = latest_shapes();
  if (shapes.resolved == num_steps()) return false;
  std::vector<int64_t> read;
  const size_t begin = shapes.resolved;
  read_host_inputs(shapes, read, bindings);
  if (part_ < parts_.size() && parts_[part_]->read == read) {
    ++part_;
    return true;
  }
  parts_.resize(part_);
  resolve_shapes(loaded_.plan, shapes, AtUnknown::Stop);
  const engine::PlanStep& step = loaded_.plan.steps[begin];
  if (shapes.resolved == begin)
    throw UnsupportedError(core::str("[runtime] layer '", step.name, "' (", step.op,
                                     "): expected output extents that follow from its inputs, got "
                                     "unknown ones."));
  auto part = std::make_unique<Part>();
  part->read = std::move(read);
  part->prepared =
      std::make_unique<ExecutablePlan>(loaded_, table_, shapes, begin, shapes.resolved,
                                       find_kept(loaded_.plan, shapes.resolved), threads_);
  part->shapes = std::move(shapes);
  part->arena = std::static_pointer_cast<std::byte>(
      core::allocate_shared(std::max<size_t>(part->prepared->arena_bytes(), core::kAlignment)));
  parts_.push_back(std::move(part));
  ++part_;
  return true;
}

void ShapeState::run_part(std::span<void* const> bindings, const core::ThreadPool& pool,
                          int64_t* times_ns) {
  Part& part = *parts_[part_ - 1];
  part.prepared->bind({part.arena.get(), bindings, values_});
  part.prepared->run(pool, times_ns);
}

}  // namespace trtlike::runtime
