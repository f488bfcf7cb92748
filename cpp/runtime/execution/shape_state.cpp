// Parts of a run and the shapes between them.
#include "runtime/execution/shape_state.h"

#include <algorithm>
#include <set>

#include "core/check.h"
#include "core/os/clock.h"
#include "core/os/memory.h"
#include "ops/host_values.h"
#include "runtime/regions/region_steps.h"

namespace trtlike::runtime {
namespace {

/// Continuations that a part keeps prepared.
constexpr size_t kMaxNext = 8;

Shapes resolve(const engine::LoadedPlan& loaded, Shapes shapes) {
  resolve_shapes(loaded.plan, shapes, AtUnknown::Stop);
  return shapes;
}

/// Values computed before step `from` and read from there on.
std::vector<int32_t> find_kept(const engine::Plan& plan, size_t from) {
  std::set<int32_t> computed, kept;
  for (size_t s = 0; s < from; ++s)
    computed.insert(plan.steps[s].outputs.begin(), plan.steps[s].outputs.end());
  for (size_t s = from; s < plan.steps.size(); ++s)
    for (int32_t value : plan.steps[s].inputs)
      if (value >= 0 && computed.contains(value)) kept.insert(value);
  return {kept.begin(), kept.end()};
}

}  // namespace

/// Outputs of a region's step: in the caller's memory where they are outputs of the plan.
class ShapeState::RegionOutputs : public RegionStep::Outputs {
 public:
  RegionOutputs(const ShapeState& state, const engine::PlanStep& step, const Run& run)
      : state_(state), step_(step), run_(run) {}

  void* provide(size_t output, const Dims& dims) override {
    const int32_t value = step_.outputs[output];
    const auto& bindings = state_.loaded_.plan.bindings;
    for (size_t b = 0; b < bindings.size(); ++b) {
      if (bindings[b].value != value || bindings[b].mode != TensorIOMode::Output) continue;
      if (!core::is_static(state_.current_->shapes.of(value)))
        run_.bindings[b] = run_.memory.provide(b, dims);
      return run_.bindings[b];
    }
    return nullptr;
  }

 private:
  const ShapeState& state_;
  const engine::PlanStep& step_;
  const Run& run_;
};

ShapeState::ShapeState(const engine::LoadedPlan& loaded, StepTable& table, RegionSteps* regions,
                       Shapes shapes, int threads, const MemorySource* memory)
    : loaded_(loaded),
      table_(table),
      regions_(regions),
      threads_(threads),
      memory_(memory),
      input_bindings_(loaded.plan.values.size(), -1),
      values_(loaded.plan.values.size(), nullptr) {
  for (size_t b = 0; b < loaded.plan.bindings.size(); ++b)
    if (loaded.plan.bindings[b].mode == TensorIOMode::Input)
      input_bindings_[static_cast<size_t>(loaded.plan.bindings[b].value)] = static_cast<int32_t>(b);
  root_.shapes = resolve(loaded, std::move(shapes));
  root_.prepared = prepare(root_.shapes, 0);
}

std::unique_ptr<ExecutablePlan> ShapeState::prepare(const Shapes& shapes, size_t first) const {
  return std::make_unique<ExecutablePlan>(loaded_, table_, shapes, first, shapes.resolved,
                                          find_kept(loaded_.plan, shapes.resolved), threads_);
}

void ShapeState::run(std::byte* arena, std::span<void*> bindings, OutputMemory& memory,
                     const core::ThreadPool& pool, const RunReport& report) {
  current_ = &root_;
  root_.prepared->bind({arena, bindings, values_});
  root_.prepared->run(pool, report);
  const Run run{bindings, memory, pool, report};
  while (advance(run)) {
    current_->prepared->bind({current_->arena.get(), bindings, values_});
    current_->prepared->run(pool, report);
  }
}

void* ShapeState::address(int32_t value, std::span<void* const> bindings) const {
  const auto v = static_cast<size_t>(value);
  if (input_bindings_[v] >= 0) return bindings[static_cast<size_t>(input_bindings_[v])];
  const engine::PlanValue& of = loaded_.plan.values[v];
  if (of.kind == engine::ValueKind::Constant)
    return const_cast<std::byte*>(loaded_.constants + of.constant.offset);
  return values_[v];
}

/// Goes on to the part behind the current one's end; false when there is none.
bool ShapeState::advance(const Run& run) {
  const size_t s = current_->shapes.resolved;
  if (s == num_steps()) return false;
  key_.clear();
  if (table_.steps[s].op->regions != ops::Regions::None)
    run_region(run);
  else
    read_host_inputs(run);
  current_ = &next_part();
  for (const size_t b : current_->revealed)
    run.bindings[b] = run.memory.provide(b, current_->shapes.of(loaded_.plan.bindings[b].value));
  return true;
}

void ShapeState::run_region(const Run& run) {
  const size_t s = current_->shapes.resolved;
  const engine::PlanStep& step = loaded_.plan.steps[s];
  RegionStep& region = regions_->get(s);
  const int64_t begin = run.report.times_ns == nullptr ? 0 : core::now_ns();
  region.begin_inputs();
  for (const int32_t value : step.inputs)
    region.add_input(value < 0
                         ? RegionOperand{}
                         : RegionOperand{address(value, run.bindings), current_->shapes.of(value)});
  RegionOutputs outputs(*this, step, run);
  region.run(outputs, run.pool, run.report.times_ns != nullptr);
  for (size_t o = 0; o < step.outputs.size(); ++o) {
    const RegionOperand& output = region.output(o);
    key_.push_back(output.dims.rank());
    key_.insert(key_.end(), output.dims.begin(), output.dims.end());
    const int32_t value = step.outputs[o];
    if (value < 0) continue;
    values_[static_cast<size_t>(value)] = output.data;
    if (run.report.observer != nullptr)
      run.report.observer->observe(
          value, loaded_.plan.values[static_cast<size_t>(value)].desc(output.dims), output.data);
  }
  if (run.report.times_ns != nullptr) run.report.times_ns[s] += core::now_ns() - begin;
}

/// The elements of the inputs that the next step's shape rule needs, from where they were computed.
void ShapeState::read_host_inputs(const Run& run) {
  const Shapes& shapes = current_->shapes;
  const engine::PlanStep& step = loaded_.plan.steps[shapes.resolved];
  const ops::OpDefinition& op = *table_.steps[shapes.resolved].op;
  bool any = false;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const int32_t value = step.inputs[i];
    if (value < 0 || !op.host_inputs.contains(i)) continue;
    const auto v = static_cast<size_t>(value);
    if (ops::is_known(shapes.host[v])) continue;
    void* const data = address(value, run.bindings);
    TRTLIKE_ASSERT(data != nullptr, "address of value ", value);
    const std::vector<int64_t> elements =
        ops::host_elements({data, loaded_.plan.values[v].dtype, shapes.dims[v]});
    key_.insert(key_.end(), elements.begin(), elements.end());
    any = true;
  }
  if (!any)
    throw UnsupportedError(core::str("[runtime] layer '", step.name, "' (", step.op,
                                     "): expected output extents that follow from its inputs' "
                                     "shapes, got ones that only the run can tell."));
}

ShapeState::Part& ShapeState::next_part() {
  std::list<std::unique_ptr<Part>>& next = current_->next;
  const auto found =
      std::find_if(next.begin(), next.end(), [&](const auto& part) { return part->key == key_; });
  if (found != next.end()) {
    if (found != next.begin()) next.splice(next.begin(), next, found);
    return *next.front();
  }
  next.push_front(make_part());
  if (next.size() > kMaxNext) next.pop_back();
  return *next.front();
}

/// Writes what the key says into shapes that end at the step that told it.
void ShapeState::note_key(Shapes& shapes) const {
  const engine::PlanStep& step = loaded_.plan.steps[shapes.resolved];
  const ops::OpDefinition& op = *table_.steps[shapes.resolved].op;
  auto at = key_.begin();
  if (op.regions != ops::Regions::None) {
    for (const int32_t value : step.outputs) {
      Dims dims;
      for (int64_t rank = *at++; rank > 0; --rank) dims.push_back(*at++);
      if (value >= 0) shapes.dims[static_cast<size_t>(value)] = dims;
    }
    ++shapes.resolved;
    return;
  }
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const int32_t value = step.inputs[i];
    if (value < 0 || !op.host_inputs.contains(i)) continue;
    const auto v = static_cast<size_t>(value);
    if (ops::is_known(shapes.host[v])) continue;
    const auto end = at + core::elems(shapes.dims[v]);
    shapes.host[v] = std::vector<int64_t>(at, end);
    at = end;
  }
}

std::unique_ptr<ShapeState::Part> ShapeState::make_part() const {
  auto part = std::make_unique<Part>();
  part->key = key_;
  part->shapes = current_->shapes;
  Shapes& shapes = part->shapes;
  const size_t told = shapes.resolved;
  note_key(shapes);
  const size_t begin = shapes.resolved;
  resolve_shapes(loaded_.plan, shapes, AtUnknown::Stop);
  const engine::PlanStep& step = loaded_.plan.steps[told];
  if (shapes.resolved == told)
    throw UnsupportedError(core::str("[runtime] layer '", step.name, "' (", step.op,
                                     "): expected output extents that follow from its inputs, got "
                                     "unknown ones."));
  for (size_t b = 0; b < loaded_.plan.bindings.size(); ++b) {
    const engine::PlanBinding& binding = loaded_.plan.bindings[b];
    const bool is_given = begin != told && std::find(step.outputs.begin(), step.outputs.end(),
                                                     binding.value) != step.outputs.end();
    if (binding.mode == TensorIOMode::Output && !is_given &&
        core::is_static(shapes.of(binding.value)) &&
        !core::is_static(current_->shapes.of(binding.value)))
      part->revealed.push_back(b);
  }
  part->prepared = prepare(shapes, begin);
  part->arena =
      (memory_ == nullptr ? MemorySource() : *memory_).allocate(part->prepared->arena_bytes());
  return part;
}

}  // namespace trtlike::runtime
