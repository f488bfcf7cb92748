// Runs of a region.
#include "runtime/regions/body.h"

#include <algorithm>

#include "core/check.h"
#include "core/os/memory.h"
#include "engine/rules/region_rules.h"
#include "ops/host_values.h"

namespace trtlike::runtime {
namespace {

/// Shapes of inputs that are kept prepared at a time.
constexpr size_t kMaxStates = 8;

}  // namespace

/// The region's output bindings in terms of its outputs.
class Body::Memory : public OutputMemory {
 public:
  Memory(Body& body, RegionStep::Outputs& outputs) : body_(body), outputs_(outputs) {}

  void* provide(size_t binding, const Dims& dims) override {
    RegionOperand& output = body_.outputs_[binding - body_.num_inputs_];
    output = {outputs_.provide(binding - body_.num_inputs_, dims), dims};
    return output.data;
  }

 private:
  Body& body_;
  RegionStep::Outputs& outputs_;
};

Body::Body(const engine::LoadedPlan& loaded, int threads)
    : loaded_(loaded),
      threads_(threads),
      table_(loaded.plan),
      regions_(loaded, threads),
      initial_(initial_shapes(loaded.plan, loaded.constants)),
      num_inputs_(engine::num_inputs(loaded.plan)),
      outputs_(engine::num_outputs(loaded.plan)),
      bindings_(loaded.plan.bindings.size(), nullptr),
      times_ns_(loaded.plan.steps.size(), 0) {}

/// What the region is prepared for: the inputs' extents, and the elements that shapes follow from.
void Body::note_inputs(std::span<const RegionOperand> inputs) {
  key_.clear();
  for (size_t b = 0; b < num_inputs_; ++b) {
    const engine::PlanBinding& binding = loaded_.plan.bindings[b];
    const RegionOperand& input = inputs[b];
    bindings_[b] = input.data;
    key_.insert(key_.end(), input.dims.begin(), input.dims.end());
    if (!binding.is_shape_tensor) continue;
    const std::vector<int64_t> elements = ops::host_elements(
        {input.data, loaded_.plan.values[static_cast<size_t>(binding.value)].dtype, input.dims});
    key_.insert(key_.end(), elements.begin(), elements.end());
  }
}

Shapes Body::input_shapes(std::span<const RegionOperand> inputs) const {
  Shapes shapes = initial_;
  for (size_t b = 0; b < num_inputs_; ++b) {
    const engine::PlanBinding& binding = loaded_.plan.bindings[b];
    const auto value = static_cast<size_t>(binding.value);
    shapes.dims[value] = inputs[b].dims;
    if (binding.is_shape_tensor)
      shapes.host[value] =
          ops::host_elements({inputs[b].data, loaded_.plan.values[value].dtype, inputs[b].dims});
  }
  return shapes;
}

ShapeState& Body::prepare(std::span<const RegionOperand> inputs) {
  note_inputs(inputs);
  const auto found = std::find_if(states_.begin(), states_.end(),
                                  [&](const State& state) { return state.key == key_; });
  if (found != states_.end()) {
    if (found != states_.begin()) states_.splice(states_.begin(), states_, found);
    return *states_.front().shapes;
  }
  states_.push_front({key_, std::make_unique<ShapeState>(loaded_, table_, &regions_,
                                                         input_shapes(inputs), threads_)});
  if (states_.size() > kMaxStates) states_.pop_back();
  const size_t bytes = states_.front().shapes->arena_bytes();
  if (arena_ == nullptr || bytes > arena_bytes_) {
    arena_bytes_ = std::max(bytes, core::kAlignment);
    arena_ = std::static_pointer_cast<std::byte>(core::allocate_shared(arena_bytes_));
  }
  return *states_.front().shapes;
}

void Body::run(std::span<const RegionOperand> inputs, RegionStep::Outputs& outputs,
               const core::ThreadPool& pool, bool is_timed) {
  ShapeState& state = prepare(inputs);
  Memory memory(*this, outputs);
  for (size_t o = 0; o < outputs_.size(); ++o) {
    const size_t b = num_inputs_ + o;
    const Dims& dims = state.shapes().of(loaded_.plan.bindings[b].value);
    if (core::is_static(dims)) bindings_[b] = memory.provide(b, dims);
  }
  state.run(arena_.get(), bindings_, memory, pool,
            {.times_ns = is_timed ? times_ns_.data() : nullptr});
}

void Body::report_times(Profiler& profiler) {
  for (size_t s = 0; s < times_ns_.size(); ++s) {
    profiler.report_layer_time(loaded_.plan.steps[s].name,
                               static_cast<float>(times_ns_[s]) * 1e-6f);
    if (RegionStep* region = regions_.find(s)) region->report_times(profiler);
    times_ns_[s] = 0;
  }
}

}  // namespace trtlike::runtime
