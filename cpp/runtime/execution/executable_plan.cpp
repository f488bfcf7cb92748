// From shapes to a flat list of kernel calls.
#include "runtime/execution/executable_plan.h"

#include <algorithm>
#include <climits>

#include "core/check.h"
#include "core/os/clock.h"
#include "core/os/memory.h"
#include "engine/deferred_packing.h"
#include "engine/memory_plan.h"
#include "ops/host_values.h"
#include "runtime/execution/copy_kernel.h"

namespace trtlike::runtime {

using engine::MemoryRegion;
using engine::Storage;
using engine::Work;
using kernels::TensorDesc;

namespace {

size_t index(int32_t value) { return static_cast<size_t>(value); }

/// Refused by every tactic: the sentence lists each one's reason.
[[noreturn]] void fail_refused(const engine::PlanStep& step, const kernels::Problem& problem) {
  std::vector<std::string> reasons;
  for (const kernels::Tactic* tactic : kernels::tactics_for(step.op))
    if (const auto refusal = kernels::refuse(*tactic, problem))
      reasons.push_back(core::str(tactic->name, " ", *refusal));
  throw UnsupportedError(core::str(
      "[runtime] layer '", step.name, "' (", step.op, "): expected a tactic that takes ",
      problem.key(),
      ", got none: ", reasons.empty() ? "there is no other tactic" : core::join(reasons), "."));
}

/// The plan's tactic when it takes the shapes, else the first that does with the same formats.
const kernels::Tactic* find_accepting(const engine::Plan& plan, const engine::PlanStep& step,
                                      const kernels::Tactic* planned,
                                      const kernels::Problem& problem) {
  if (planned != nullptr && !kernels::refuse(*planned, problem)) return planned;
  // Packed constants cannot be read by any other tactic.
  if (step.packed_inputs.empty())
    for (const kernels::Tactic* other : kernels::tactics_for(step.op))
      if (!kernels::refuse(*other, problem) &&
          (other->source != kernels::Source::Reference || engine::fits_reference(plan, step)))
        return other;
  fail_refused(step, problem);
}

}  // namespace

StepTable::StepTable(const engine::Plan& plan) : kernels(plan.steps.size()) {
  for (const engine::PlanStep& step : plan.steps)
    steps.push_back({&ops::get_op(step.op),
                     step.tactic.empty() ? nullptr : kernels::find_tactic(step.op, step.tactic)});
}

ExecutablePlan::ExecutablePlan(const engine::LoadedPlan& loaded, StepTable& table,
                               const Shapes& shapes, size_t first, size_t last,
                               const std::vector<int32_t>& kept, int threads)
    : deferred_packing_(loaded.deferred_packing), kept_(kept) {
  concrete_.plan = &loaded.plan;
  concrete_.constants = loaded.constants;
  concrete_.threads = threads;
  concrete_.first_step = first;
  concrete_.last_step = last;
  concrete_.steps = table.steps;
  describe_values(shapes);
  find_needed(shapes, kept);
  check_outputs_fit();
  choose_tactics(table.kernels);
  aliases_ = engine::plan_aliases(concrete_);
  keep_known_elements();
  prepare_steps(table.kernels);
  place_memory();
}

void ExecutablePlan::describe_values(const Shapes& shapes) {
  const engine::Plan& plan = *concrete_.plan;
  concrete_.descs.resize(plan.values.size());
  concrete_.known.resize(plan.values.size());
  for (size_t v = 0; v < plan.values.size(); ++v) {
    const engine::PlanValue& value = plan.values[v];
    TensorDesc& desc = concrete_.descs[v];
    desc = value.desc(shapes.dims[v]);
    if (!core::is_static(desc.dims)) {
      // Values of later ranges; nothing here reads them.
      desc.dims = Dims{0};
      desc.layout = kernels::Layout::Linear;
      continue;
    }
    core::check_extents(desc.dims, "[runtime] tensor '", value.name, "'");
    const bool integral = core::is_host_type(value.dtype) &&
                          core::is_host_type(value.logical_dtype) &&
                          value.layout == kernels::Layout::Linear;
    if (integral && ops::is_known(shapes.host[v]) &&
        static_cast<int64_t>(shapes.host[v]->size()) == core::elems(desc.dims))
      concrete_.known[v] = shapes.host[v];
  }
}

/// A step runs when a value of unknown elements that it computes is read by a step that runs, kept,
/// an output or a debug tensor.
void ExecutablePlan::find_needed(const Shapes&, const std::vector<int32_t>& kept) {
  const engine::Plan& plan = *concrete_.plan;
  concrete_.kept.assign(plan.values.size(), false);
  for (int32_t value : kept) concrete_.kept[index(value)] = true;
  std::vector<bool> needed = concrete_.kept;
  for (const engine::PlanBinding& binding : plan.bindings)
    if (binding.mode == TensorIOMode::Output) needed[index(binding.value)] = true;
  for (const engine::PlanDebugTensor& tensor : plan.debug_tensors)
    needed[index(tensor.value)] = true;
  for (size_t s = plan.steps.size(); s-- > 0;) {
    const engine::PlanStep& step = plan.steps[s];
    engine::ConcreteStep& info = concrete_.steps[s];
    info.runs = s >= concrete_.last_step ||
                std::any_of(step.outputs.begin(), step.outputs.end(), [&](int32_t value) {
                  return value >= 0 && needed[index(value)] && !concrete_.known[index(value)];
                });
    if (!info.runs) continue;
    for (int32_t value : step.inputs)
      if (value >= 0) needed[index(value)] = true;
  }
}

void ExecutablePlan::choose_tactics(KernelCache& cache) {
  for (size_t s = concrete_.first_step; s < concrete_.last_step; ++s)
    if (concrete_.steps[s].runs && !gives_nothing(s) &&
        (concrete_.steps[s].tactic != nullptr || concrete_.steps[s].op->is_view == nullptr))
      choose_tactic(s, cache);
}

void ExecutablePlan::choose_tactic(size_t s, KernelCache& cache) {
  const engine::PlanStep& step = concrete_.plan_step(s);
  const kernels::Problem problem = engine::make_problem(concrete_, s);
  const kernels::Tactic*& tactic = concrete_.steps[s].tactic;
  if (const PreparedKernel known = cache.find(s, problem); known.tactic != nullptr) {
    tactic = known.tactic;
    return;
  }
  tactic = find_accepting(*concrete_.plan, step, tactic, problem);
  cache.note(s, problem, {tactic, nullptr});
}

std::vector<int> ExecutablePlan::slices(size_t step) const {
  std::vector<int> all;
  for (const KernelCall& call : calls_)
    if (call.step == step)
      all.insert(all.end(), call.kernel->slices().begin(), call.kernel->slices().end());
  return all;
}

const kernels::Tactic* ExecutablePlan::tactic(size_t step) const {
  return aliases_.steps[step].work == Work::Kernel ? concrete_.steps[step].tactic : nullptr;
}

void ExecutablePlan::keep_known_elements() {
  const size_t count = concrete_.known.size();
  known_offsets_.assign(count, 0);
  size_t bytes = 0;
  const auto is_kept = [&](size_t v) { return aliases_.storages[v].region == MemoryRegion::Known; };
  for (size_t v = 0; v < count; ++v) {
    if (!is_kept(v)) continue;
    known_offsets_[v] = bytes;
    bytes += core::align_up(concrete_.descs[v].bytes());
  }
  known_ = std::static_pointer_cast<std::byte>(core::allocate_shared(std::max<size_t>(bytes, 1)));
  for (size_t v = 0; v < count; ++v)
    if (is_kept(v) && concrete_.known[v])
      ops::write_host_elements(
          *concrete_.known[v],
          {known_.get() + known_offsets_[v], concrete_.descs[v].dtype, concrete_.descs[v].dims});
}

ExecutablePlan::Operand ExecutablePlan::operand(int32_t value, int64_t offset_bytes) const {
  const Storage& storage = aliases_.storages[index(value)];
  const auto offset = static_cast<size_t>(storage.offset_bytes + offset_bytes);
  switch (storage.region) {
    case MemoryRegion::Input:
    case MemoryRegion::Output:
      return {storage.region, storage.binding, offset};
    case MemoryRegion::Constant:
      return {storage.region, storage.root,
              offset + concrete_.plan->values[index(storage.root)].constant.offset};
    case MemoryRegion::Known:
      return {storage.region, storage.root, offset + known_offsets_[index(storage.root)]};
    default:
      return {storage.region, storage.root, offset};
  }
}

void ExecutablePlan::add_call(KernelCall call, std::shared_ptr<const kernels::Kernel> kernel,
                              const std::vector<Operand>& inputs,
                              const std::vector<Operand>& outputs) {
  call.kernel = kernel.get();
  call.first_input = operands_.size();
  call.num_inputs = inputs.size();
  operands_.insert(operands_.end(), inputs.begin(), inputs.end());
  call.first_output = operands_.size();
  call.num_outputs = outputs.size();
  operands_.insert(operands_.end(), outputs.begin(), outputs.end());
  call.scratch_stride = core::align_up(kernel->scratch_bytes());
  for (size_t phase = 0; phase < kernel->slices().size(); ++phase) {
    phases_.push_back({calls_.size(), static_cast<int>(phase)});
    counts_.push_back(kernel->slices()[phase]);
  }
  kernels_.push_back(std::move(kernel));
  calls_.push_back(call);
}

bool ExecutablePlan::is_idle(size_t s) const {
  return aliases_.steps[s].work != Work::Kernel || gives_nothing(s);
}

bool ExecutablePlan::gives_nothing(size_t s) const {
  const std::vector<int32_t>& outputs = concrete_.plan_step(s).outputs;
  return std::all_of(outputs.begin(), outputs.end(), [&](int32_t value) {
    return value < 0 || concrete_.desc(value).bytes() == 0;
  });
}

std::shared_ptr<const kernels::Kernel> ExecutablePlan::make_kernel(
    size_t s, const kernels::Problem& problem) {
  const kernels::Tactic& tactic = *concrete_.steps[s].tactic;
  std::span<const std::byte> packed = engine::packed_constants(concrete_, s);
  if (!engine::deferred_inputs(concrete_, s, problem).empty()) {
    const kernels::Packed& late = deferred_packing_->get(s, tactic, problem);
    packed = {static_cast<const std::byte*>(late.data.get()), late.bytes};
  }
  std::unique_ptr<kernels::Kernel> kernel = kernels::prepare(tactic, problem, packed);
  TRTLIKE_ASSERT(kernel != nullptr, "kernel of ", tactic.name);
  return kernel;
}

void ExecutablePlan::prepare_kernel(size_t s, KernelCache& cache) {
  const engine::PlanStep& step = concrete_.plan_step(s);
  if (is_idle(s)) return;
  if (concrete_.steps[s].tactic == nullptr) choose_tactic(s, cache);
  const kernels::Problem problem = engine::make_problem(concrete_, s);
  PreparedKernel prepared = cache.find(s, problem);
  if (prepared.kernel == nullptr || prepared.tactic != concrete_.steps[s].tactic) {
    prepared = {concrete_.steps[s].tactic, make_kernel(s, problem)};
    cache.note(s, problem, prepared);
  }
  const ops::InputSet packed_inputs = step.packed_inputs.empty()
                                          ? engine::deferred_inputs(concrete_, s, problem)
                                          : step.packed_inputs;
  std::vector<Operand> inputs, outputs;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const bool absent = step.inputs[i] < 0 || packed_inputs.contains(i);
    inputs.push_back(absent ? Operand{} : operand(step.inputs[i]));
  }
  for (int32_t value : step.outputs) outputs.push_back(value < 0 ? Operand{} : operand(value));
  add_call({.step = s}, std::move(prepared.kernel), inputs, outputs);
}

void ExecutablePlan::prepare_copy(size_t s, const engine::Copy& copy) {
  if (copy.rows * copy.row_bytes == 0) return;
  add_call({.step = s}, make_copy_kernel(copy, concrete_.threads), {operand(copy.from)},
           {operand(copy.to, copy.to_offset_bytes)});
}

void ExecutablePlan::prepare_final_copies() {
  for (const engine::AliasPlan::FinalCopy& final_copy : aliases_.final_copies) {
    const auto bytes = static_cast<int64_t>(concrete_.desc(final_copy.value).bytes());
    if (bytes == 0) continue;
    const engine::Copy copy{.from = final_copy.value, .row_bytes = bytes};
    add_call({.step = concrete_.plan->steps.size()}, make_copy_kernel(copy, concrete_.threads),
             {operand(final_copy.value)}, {{MemoryRegion::Output, final_copy.binding, 0}});
  }
}

void ExecutablePlan::prepare_steps(KernelCache& cache) {
  std::vector<size_t> running;
  for (size_t s = concrete_.first_step; s < concrete_.last_step; ++s)
    if (!is_idle(s)) running.push_back(s);
  deferred_packing_->pack(concrete_, running);
  for (size_t s = concrete_.first_step; s < concrete_.last_step; ++s) {
    const engine::StepWork& work = aliases_.steps[s];
    prepare_kernel(s, cache);
    for (const engine::Copy& copy : work.copies)
      if (work.work == Work::Copies) prepare_copy(s, copy);
  }
  prepare_final_copies();
  pointers_.assign(operands_.size(), nullptr);
  const auto is_earlier = [](const Operand& operand) {
    return operand.region == MemoryRegion::Earlier;
  };
  has_earlier_ = std::any_of(operands_.begin(), operands_.end(), is_earlier) ||
                 std::any_of(kept_.begin(), kept_.end(),
                             [&](int32_t value) { return is_earlier(operand(value)); });
}

/// Root values, shared memory and scratch are placed together: each lives while its steps run.
void ExecutablePlan::place_memory() {
  std::vector<engine::Lifetime> lifetimes;
  std::vector<size_t*> places;
  const std::vector<engine::Span> spans = engine::root_lifetimes(concrete_, aliases_);
  value_offsets_.assign(spans.size(), 0);
  for (size_t v = 0; v < spans.size(); ++v) {
    if (spans[v].first > spans[v].last) continue;
    lifetimes.push_back({concrete_.descs[v].bytes(), spans[v].first, spans[v].last});
    places.push_back(&value_offsets_[v]);
  }
  const auto threads = static_cast<size_t>(concrete_.threads);
  for (KernelCall& call : calls_) {
    const auto time = static_cast<int>(call.step);
    lifetimes.push_back({call.kernel->shared_bytes(), time, time});
    places.push_back(&call.shared_offset);
    lifetimes.push_back({call.scratch_stride * threads, time, time});
    places.push_back(&call.scratch_offset);
  }
  const engine::MemoryPlan plan = engine::plan_memory(lifetimes);
  for (size_t i = 0; i < places.size(); ++i) *places[i] = plan.offsets[i];
  arena_bytes_ = plan.arena_bytes;
  arena_lower_bound_bytes_ = plan.lower_bound_bytes;
  check_memory(arena_bytes_);
}

void ExecutablePlan::check_memory(size_t bytes) const {
  const size_t total = core::total_memory_bytes();
  if (bytes < total) return;
  size_t largest = 0;
  for (size_t v = 0; v < concrete_.descs.size(); ++v)
    if (concrete_.descs[v].bytes() > concrete_.descs[largest].bytes()) largest = v;
  throw UserError(core::str(
      "[runtime] memory: expected at most the ", total >> 20, " MiB of this machine, got ",
      bytes >> 20, " MiB for these shapes. The largest tensor is '",
      concrete_.plan->values[largest].name, "', ", concrete_.descs[largest].to_string(), "."));
}

/// Before any work that grows with the tensors.
void ExecutablePlan::check_outputs_fit() const {
  for (size_t s = concrete_.first_step; s < concrete_.last_step; ++s)
    for (int32_t value : concrete_.plan_step(s).outputs)
      if (concrete_.steps[s].runs && value >= 0) check_memory(concrete_.desc(value).bytes());
}

void* ExecutablePlan::address(const Operand& operand, const Addresses& addresses) const {
  std::byte* base = nullptr;
  size_t offset = operand.offset;
  switch (operand.region) {
    case MemoryRegion::None:
      return nullptr;
    case MemoryRegion::Arena:
      base = addresses.arena + value_offsets_[index(operand.index)];
      break;
    case MemoryRegion::Input:
    case MemoryRegion::Output:
      base = static_cast<std::byte*>(addresses.bindings[index(operand.index)]);
      break;
    case MemoryRegion::Constant:
      base = const_cast<std::byte*>(concrete_.constants);
      break;
    case MemoryRegion::Known:
      base = known_.get();
      break;
    case MemoryRegion::Earlier:
      base = static_cast<std::byte*>(addresses.values[index(operand.index)]);
      break;
  }
  return base + offset;
}

void ExecutablePlan::bind(const Addresses& addresses) {
  bound_values_ = addresses.values;
  bind_operands(addresses);
  for (size_t i = 0; i < kept_.size(); ++i) addresses.values[index(kept_[i])] = kept_addresses_[i];
}

void ExecutablePlan::bind_operands(const Addresses& addresses) {
  if (!has_earlier_ && addresses.arena == bound_arena_ &&
      std::equal(addresses.bindings.begin(), addresses.bindings.end(), bound_bindings_.begin(),
                 bound_bindings_.end()))
    return;
  bound_arena_ = addresses.arena;
  bound_bindings_.assign(addresses.bindings.begin(), addresses.bindings.end());
  for (size_t i = 0; i < operands_.size(); ++i) pointers_[i] = address(operands_[i], addresses);
  for (KernelCall& call : calls_) {
    call.args.inputs = pointers_.data() + call.first_input;
    call.args.outputs = pointers_.data() + call.first_output;
    call.args.shared = addresses.arena + call.shared_offset;
    call.scratch = addresses.arena + call.scratch_offset;
    call.args.scratch = call.scratch;
  }
  kept_addresses_.clear();
  for (int32_t value : kept_) kept_addresses_.push_back(address(operand(value), addresses));
}

bool ExecutablePlan::may_overlap(int32_t input, int32_t output, bool is_same) const {
  const auto touches = [&](size_t first, size_t count, MemoryRegion region, int32_t binding) {
    return std::any_of(operands_.begin() + static_cast<long>(first),
                       operands_.begin() + static_cast<long>(first + count),
                       [&](const Operand& o) { return o.region == region && o.index == binding; });
  };
  bool is_written = false;
  for (const KernelCall& call : calls_) {
    const bool reads = touches(call.first_input, call.num_inputs, MemoryRegion::Input, input);
    if (reads && is_written) return false;
    if (!touches(call.first_output, call.num_outputs, MemoryRegion::Output, output)) continue;
    if (reads && !(is_same && is_in_place(call, input, output))) return false;
    is_written = true;
  }
  return true;
}

/// A kernel that computes in place, where every operand in the shared memory is the whole of it.
bool ExecutablePlan::is_in_place(const KernelCall& call, int32_t input, int32_t output) const {
  const kernels::Tactic* computes =
      call.step < concrete_.plan->steps.size() ? tactic(call.step) : nullptr;
  if (computes == nullptr || (computes->flags & kernels::kInPlace) == 0) return false;
  const engine::PlanStep& step = concrete_.plan_step(call.step);
  const TensorDesc& whole = concrete_.desc(step.outputs[0]);
  const auto is_whole = [&](const Operand& operand, int32_t value) {
    const bool is_shared = (operand.region == MemoryRegion::Input && operand.index == input) ||
                           (operand.region == MemoryRegion::Output && operand.index == output);
    return !is_shared || (operand.offset == 0 && concrete_.desc(value) == whole);
  };
  for (size_t i = 0; i < call.num_inputs; ++i)
    if (!is_whole(operands_[call.first_input + i], step.inputs[i])) return false;
  for (size_t o = 0; o < call.num_outputs; ++o)
    if (!is_whole(operands_[call.first_output + o], step.outputs[o])) return false;
  return true;
}

void ExecutablePlan::run(const core::ThreadPool& pool, const RunReport& report) const {
  if (!report.is_wanted()) return run_phases(pool, 0, phases_.size());
  const size_t num_steps = concrete_.plan->steps.size();
  size_t first = 0, observed = concrete_.first_step;
  // Steps without a call, such as views, give what earlier calls left.
  const auto observe_before = [&](size_t step) {
    for (; report.observer != nullptr && observed < std::min(step, concrete_.last_step); ++observed)
      observe_step(observed, *report.observer);
  };
  for (const KernelCall& call : calls_) {
    observe_before(call.step);
    const size_t count = call.kernel->slices().size();
    const int64_t begin = core::now_ns();
    run_phases(pool, first, count);
    if (report.times_ns != nullptr && call.step < num_steps)
      report.times_ns[call.step] += core::now_ns() - begin;
    first += count;
  }
  observe_before(num_steps);
}

void ExecutablePlan::observe_step(size_t step, ValueObserver& observer) const {
  const Addresses addresses{bound_arena_, bound_bindings_, bound_values_};
  for (const int32_t value : concrete_.plan_step(step).outputs)
    if (value >= 0 && aliases_.storages[index(value)].region != MemoryRegion::None &&
        (concrete_.steps[step].runs || concrete_.known[index(value)]))
      observer.observe(value, concrete_.desc(value), address(operand(value), addresses));
}

void ExecutablePlan::run_phases(const core::ThreadPool& pool, size_t first, size_t count) const {
  struct State {
    const ExecutablePlan* prepared;
    const KernelCall* call;
    const CallPhase* phases;
  } state{this, calls_.data(), phases_.data() + first};
  const auto run_slice = [](void* data, int number, int slice, int worker) {
    const State& all = *static_cast<const State*>(data);
    const CallPhase& phase = all.phases[number];
    const KernelCall& call = all.call[phase.call];
    kernels::RunArgs args = call.args;
    args.scratch = call.scratch + static_cast<size_t>(worker) * call.scratch_stride;
    all.prepared->run_kernel(call, args, phase.phase, slice);
  };
  pool.run({counts_.data() + first, count}, run_slice, &state);
}

void ExecutablePlan::run_kernel(const KernelCall& call, const kernels::RunArgs& args, int phase,
                                int slice) const {
  try {
    call.kernel->run(args, phase, slice);
  } catch (...) {
    const std::vector<engine::PlanStep>& steps = concrete_.plan->steps;
    core::rethrow_in(
        call.step < steps.size()
            ? core::str("[runtime] layer '", steps[call.step].name, "' (", steps[call.step].op, ")")
            : "[runtime] copy to an output");
  }
}

}  // namespace trtlike::runtime
