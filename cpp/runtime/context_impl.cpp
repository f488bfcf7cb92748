// Shapes, prepared states and runs of a context.
#include "runtime/context_impl.h"

#include <algorithm>

#include "core/check.h"
#include "core/log.h"
#include "core/os/environment.h"
#include "core/os/fork.h"
#include "core/os/memory.h"
#include "core/threads/waiting.h"
#include "ops/host_values.h"
#include "runtime/bindings.h"

namespace trtlike {

using runtime::Shapes;
using runtime::ShapeState;

namespace {

/// Input shapes that are kept prepared at a time.
constexpr size_t kMaxStates = 8;

/// TRTLIKE_NUM_THREADS, else what the engine was tuned for as far as the process may use it.
int context_threads(const engine::Plan& plan) {
  const int most = core::default_num_threads();
  const bool is_set = !core::environment(core::Switch::NumThreads).empty();
  return is_set ? most : std::min(most, plan.threads);
}

}  // namespace

ExecutionContext::Impl::Weighted::Weighted(std::shared_ptr<const engine::LoadedPlan> plan,
                                           int threads)
    : loaded(std::move(plan)),
      table(loaded->plan),
      regions(*loaded, threads),
      initial(runtime::initial_shapes(loaded->plan, loaded->constants)) {}

ExecutionContext::Impl::Impl(std::shared_ptr<const CudaEngine> e, const RuntimeConfig& settings)
    : engine(std::move(e)),
      logger(engine->logger().get()),
      recorder(engine->error_recorder()),
      num_threads(context_threads(plan())),
      pool(num_threads),
      weighted(std::make_unique<Weighted>(RuntimeAccess::loaded(*engine), num_threads)),
      input_dims(num_bindings()),
      input_values(num_bindings()),
      addresses(num_bindings(), nullptr),
      given_addresses(num_bindings(), nullptr),
      address_bytes(num_bindings(), UINT64_MAX),
      owners(num_bindings()),
      allocators(num_bindings()),
      memory(RuntimeAccess::allocator(*engine)),
      config(settings),
      times_ns(plan().steps.size(), 0),
      debug(plan()),
      nvtx_verbosity(plan().verbosity) {
  for (const engine::PlanBinding& binding : plan().bindings)
    has_shape_tensors =
        has_shape_tensors || (binding.is_shape_tensor && binding.mode == TensorIOMode::Input);
  reset_shapes();
}

void ExecutionContext::Impl::reset_shapes() {
  for (size_t b = 0; b < num_bindings(); ++b) {
    input_dims[b] = runtime::binding_value(plan(), static_cast<int>(b)).dims;
    input_values[b].clear();
  }
  shapes_stale = state_stale = true;
}

std::vector<std::string> ExecutionContext::Impl::missing_inputs() const {
  std::vector<std::string> missing;
  for (size_t b = 0; b < num_bindings(); ++b) {
    if (!is_input(b)) continue;
    const engine::PlanBinding& binding = plan().bindings[b];
    const bool has_values = !binding.is_shape_tensor || addresses[b] != nullptr ||
                            (core::is_static(input_dims[b]) && core::elems(input_dims[b]) == 0);
    if (!core::is_static(input_dims[b]) || !has_values) missing.push_back(binding.name);
  }
  return missing;
}

void ExecutionContext::Impl::check_bytes(size_t b, const Dims& dims) const {
  const size_t bytes = runtime::binding_desc(plan(), static_cast<int>(b), dims).bytes();
  TRTLIKE_CHECK(bytes <= address_bytes[b], "[runtime] tensor '", plan().bindings[b].name,
                "': expected memory of at least ", bytes, " bytes for shape ", dims, ", got ",
                address_bytes[b], " bytes.");
}

bool ExecutionContext::Impl::shape_tensors_changed() const {
  for (size_t b = 0; b < num_bindings(); ++b) {
    const engine::PlanBinding& binding = plan().bindings[b];
    if (!binding.is_shape_tensor || !is_input(b) || addresses[b] == nullptr) continue;
    const std::vector<int64_t>& values = input_values[b];
    if (!core::is_static(input_dims[b]) ||
        core::elems(input_dims[b]) != static_cast<int64_t>(values.size()))
      return true;
    check_bytes(b, input_dims[b]);
    const bool same = core::dispatch_dtype(
        runtime::binding_value(plan(), static_cast<int>(b)).dtype, "shape tensor", [&](auto tag) {
          using T = decltype(tag);
          if constexpr (std::is_integral_v<T>) {
            const T* now = static_cast<const T*>(addresses[b]);
            return std::equal(values.begin(), values.end(), now, [](int64_t old, T element) {
              return old == static_cast<int64_t>(element);
            });
          } else {
            return false;
          }
        });
    if (!same) return true;
  }
  return false;
}

void ExecutionContext::Impl::read_shape_tensors() {
  for (size_t b = 0; b < num_bindings(); ++b) {
    const engine::PlanBinding& binding = plan().bindings[b];
    if (!binding.is_shape_tensor || !is_input(b)) continue;
    input_values[b].clear();
    if (addresses[b] == nullptr || !core::is_static(input_dims[b])) continue;
    check_bytes(b, input_dims[b]);
    input_values[b] = ops::host_elements({const_cast<void*>(static_cast<const void*>(addresses[b])),
                                          runtime::binding_value(plan(), static_cast<int>(b)).dtype,
                                          input_dims[b]});
    runtime::check_input_values(plan(), static_cast<int>(b), profile, input_values[b]);
  }
}

Shapes ExecutionContext::Impl::input_shapes() const {
  Shapes out = weighted->initial;
  for (size_t b = 0; b < num_bindings(); ++b) {
    if (!is_input(b)) continue;
    const auto value = static_cast<size_t>(plan().bindings[b].value);
    out.dims[value] = input_dims[b];
    const bool has_values = plan().bindings[b].is_shape_tensor && core::is_static(input_dims[b]) &&
                            (addresses[b] != nullptr || core::elems(input_dims[b]) == 0);
    if (has_values) out.host[value] = input_values[b];
  }
  return out;
}

const Shapes& ExecutionContext::Impl::current_shapes() {
  if (has_shape_tensors && shape_tensors_changed()) shapes_stale = state_stale = true;
  if (!shapes_stale) return shapes;
  read_shape_tensors();
  shapes = input_shapes();
  runtime::resolve_shapes(plan(), shapes, runtime::AtUnknown::GoOn);
  shapes_stale = false;
  forget_last_run();
  return shapes;
}

Shapes ExecutionContext::Impl::bounded_shapes() {
  read_shape_tensors();
  Shapes bounded = input_shapes();
  runtime::resolve_shapes(plan(), bounded, runtime::AtUnknown::Bound);
  return bounded;
}

std::optional<Dims> ExecutionContext::Impl::shape_of_last_run(size_t binding) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (run_dims.empty() || pending.load() != 0) return std::nullopt;
  return run_dims[binding];
}

void ExecutionContext::Impl::forget_last_run() {
  const std::lock_guard<std::mutex> lock(mutex);
  run_dims.clear();
}

void ExecutionContext::Impl::keep_run_dims(const Shapes& known) {
  const std::lock_guard<std::mutex> lock(mutex);
  run_dims.clear();
  for (const engine::PlanBinding& binding : plan().bindings)
    run_dims.push_back(known.of(binding.value));
}

std::vector<int64_t> ExecutionContext::Impl::state_key() const {
  std::vector<int64_t> key;
  for (size_t b = 0; b < num_bindings(); ++b) {
    if (!is_input(b)) continue;
    key.insert(key.end(), input_dims[b].begin(), input_dims[b].end());
    key.insert(key.end(), input_values[b].begin(), input_values[b].end());
  }
  return key;
}

void ExecutionContext::Impl::use_state(std::shared_ptr<ShapeState> next) {
  if (!is_user_managed() && (arena == nullptr || next->arena_bytes() > arena_bytes)) {
    const size_t bytes = std::max(next->arena_bytes(), core::kAlignment);
    replace_arena(nullptr, 0);
    replace_arena(memory.allocate(bytes), bytes);
  }
  staging_stale = staging_stale || state != next;
  state = std::move(next);
  state_stale = false;
}

void ExecutionContext::Impl::take_weights() {
  if (RuntimeAccess::is_latest(*engine, *weighted->loaded)) return;
  wait_for_jobs();
  states.clear();
  state = nullptr;
  weighted = std::make_unique<Weighted>(RuntimeAccess::loaded(*engine), num_threads);
  shapes_stale = state_stale = true;
}

const std::shared_ptr<ShapeState>& ExecutionContext::Impl::prepare() {
  take_weights();
  weighted->loaded->check_file();
  if (has_shape_tensors && shape_tensors_changed()) shapes_stale = state_stale = true;
  if (!state_stale) return state;
  const std::vector<std::string> missing = missing_inputs();
  TRTLIKE_CHECK(missing.empty(), "[runtime] tensor '", missing[0],
                "': expected its shape (and, for a shape tensor, its address) to be set before the "
                "run, got none. Call set_input_shape first.");
  runtime::check_named_extents(plan(), input_dims);
  read_shape_tensors();
  std::vector<int64_t> key = state_key();
  const auto found = std::find_if(states.begin(), states.end(),
                                  [&](const auto& item) { return item.first == key; });
  if (found != states.end()) {
    states.splice(states.begin(), states, found);
  } else {
    // What runs on a stream keeps its own state; its arena must not be given up under it.
    wait_for_jobs();
    states.emplace_front(std::move(key), std::make_shared<ShapeState>(
                                             *weighted->loaded, weighted->table, &weighted->regions,
                                             input_shapes(), num_threads, &memory));
    if (states.size() > kMaxStates) states.pop_back();
  }
  use_state(states.front().second);
  return state;
}

void ExecutionContext::Impl::check_addresses(const ShapeState& s) const {
  for (size_t b = 0; b < num_bindings(); ++b) {
    const Dims& dims = s.shapes().of(plan().bindings[b].value);
    if (addresses[b] != nullptr && core::is_static(dims)) check_bytes(b, dims);
    if (addresses[b] != nullptr || allocators[b] != nullptr) continue;
    if (core::is_static(dims) && std::find(dims.begin(), dims.end(), 0) != dims.end()) continue;
    throw UserError(core::str("[runtime] tensor '", plan().bindings[b].name,
                              "': expected an address, got none. Call set_tensor_address",
                              is_input(b) ? "" : " or set_output_allocator", " first."));
  }
}

void ExecutionContext::Impl::provide_outputs(const Shapes& known, std::vector<void*>& to) const {
  for (size_t b = 0; b < num_bindings(); ++b) {
    const Dims& dims = known.of(plan().bindings[b].value);
    if (allocators[b] != nullptr && core::is_static(dims)) to[b] = provide_output(b, dims, to[b]);
  }
}

void* ExecutionContext::Impl::provide_output(size_t b, const Dims& dims, void* given) const {
  if (allocators[b] == nullptr) {
    check_bytes(b, dims);
    return given;
  }
  const std::string& name_of = plan().bindings[b].name;
  const size_t bytes =
      std::max<size_t>(runtime::binding_desc(plan(), static_cast<int>(b), dims).bytes(), 1);
  void* const memory = allocators[b]->reallocate_output(name_of, given, bytes, core::kAlignment);
  TRTLIKE_CHECK(memory != nullptr, "[runtime] tensor '", name_of,
                "': expected its output allocator to provide ", bytes, " bytes, got none.");
  return memory;
}

void ExecutionContext::Impl::notify_shapes(const Shapes& known) const {
  for (size_t b = 0; b < num_bindings(); ++b)
    if (allocators[b] != nullptr)
      allocators[b]->notify_shape(plan().bindings[b].name, known.of(plan().bindings[b].value));
}

void ExecutionContext::Impl::replace_arena(std::shared_ptr<std::byte> block, size_t bytes) {
  arena = std::move(block);
  arena_bytes = bytes;
}

ExecutionContext::Impl::Run ExecutionContext::Impl::make_run(uint64_t stream) {
  prepare();
  TRTLIKE_CHECK(state->arena_bytes() <= arena_bytes, "[runtime] device memory: expected at least ",
                state->arena_bytes(), " bytes for these shapes, got ", arena_bytes,
                ". Call set_device_memory; update_device_memory_size_for_shapes tells the size.");
  check_addresses(*state);
  if (staging_stale) {
    staging = runtime::find_staging(plan(), *state, addresses, address_bytes, memory);
    staging_stale = false;
    if (staging != nullptr)
      core::log(logger, Severity::Info, "[runtime] output '",
                plan().bindings[staging->outputs[0].binding].name,
                "': shares memory with an input, so it is computed elsewhere and copied.");
  }
  return {state, arena, staging, stream};
}

void ExecutionContext::Impl::provide_early(Run& r) {
  if (!has_allocators || r.staging != nullptr || r.state->is_data_dependent()) return;
  // Runs before this one may use what the allocators gave them.
  wait_for_jobs();
  const runtime::InRun in_run(user);
  provide_outputs(r.state->shapes(), addresses);
  notify_shapes(r.state->shapes());
  r.has_outputs = true;
}

void ExecutionContext::Impl::run(const Run& r, std::vector<void*>& to) {
  const runtime::InRun in_run(user);
  runtime::RunReport report{.observer = observer};
  if (debug.is_wanted()) {
    report.observer = &debug;
    debug.begin(r.stream, r.state->shapes(), to);
  }
  if (profiler != nullptr) {
    std::fill(times_ns.begin(), times_ns.end(), 0);
    report.times_ns = times_ns.data();
  }
  if (r.staging == nullptr) {
    compute(r, to, report);
  } else {
    std::vector<void*> diverted = to;
    r.staging->divert(diverted);
    compute(r, diverted, report);
    r.staging->finish(diverted);
    to = std::move(diverted);
  }
  if (has_allocators && !r.has_outputs) notify_shapes(r.state->latest_shapes());
  RuntimeAccess::drop_weights(*engine);
  has_times = report.times_ns != nullptr;
  if (has_times && enqueue_emits_profile) report_times();
}

namespace {

/// The caller's memory, and that of output allocators.
class ContextOutputs : public runtime::OutputMemory {
 public:
  ContextOutputs(const ExecutionContext::Impl& impl, const std::vector<void*>& addresses)
      : impl_(impl), addresses_(addresses) {}
  void* provide(size_t binding, const Dims& dims) override {
    return impl_.provide_output(binding, dims, addresses_[binding]);
  }

 private:
  const ExecutionContext::Impl& impl_;
  const std::vector<void*>& addresses_;
};

}  // namespace

void ExecutionContext::Impl::compute(const Run& r, std::vector<void*>& to,
                                     const runtime::RunReport& report) {
  ShapeState& s = *r.state;
  if (has_allocators && !r.has_outputs) provide_outputs(s.shapes(), to);
  ContextOutputs memory(*this, to);
  s.run(r.arena.get(), to, memory, pool, report);
  if (s.is_data_dependent()) keep_run_dims(s.latest_shapes());
}

bool ExecutionContext::Impl::report_times() {
  if (profiler == nullptr || !has_times) return false;
  for (size_t s = 0; s < times_ns.size(); ++s) {
    profiler->report_layer_time(plan().steps[s].name, static_cast<float>(times_ns[s]) * 1e-6f);
    if (runtime::RegionStep* region = weighted->regions.find(s)) region->report_times(*profiler);
  }
  return true;
}

void ExecutionContext::Impl::begin_job(uint64_t stream) {
  if (stream != pending_stream || has_lost_jobs()) wait_for_jobs();
  pending_stream = stream;
  pending_generation = core::fork_generation();
  pending.fetch_add(1);
}

void ExecutionContext::Impl::end_job() {
  const std::lock_guard<std::mutex> lock(mutex);
  pending.fetch_sub(1);
  idle.notify_all();
}

void ExecutionContext::Impl::wait_for_jobs() {
  if (pending.load() == 0) return;
  TRTLIKE_CHECK(!has_lost_jobs(),
                "[runtime] context: expected runs on streams of this process, got ones that were "
                "queued before a fork, whose workers are not here. Create contexts in the child.");
  const core::Waiting waiting;
  // The lock also waits for the end of the last job's end_job.
  std::unique_lock<std::mutex> lock(mutex);
  idle.wait(lock, [&] { return pending.load() == 0; });
}

bool ExecutionContext::Impl::has_lost_jobs() const {
  return pending.load() != 0 && pending_generation != core::fork_generation();
}

}  // namespace trtlike
