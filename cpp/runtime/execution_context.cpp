// The public execution context: arguments are checked here, failures become log lines.
#include "trtlike/execution_context.h"

#include "core/check.h"
#include "core/failures/report.h"
#include "runtime/bindings.h"
#include "runtime/context_impl.h"
#include "runtime/execution/profile_memory.h"
#include "runtime/stream.h"

namespace trtlike {
namespace {

using runtime::Use;

/// Runs body() and reports what it throws. No allocation unless something is thrown.
template <typename F>
bool guard(ExecutionContext::Impl& impl, F&& body) noexcept {
  try {
    return body();
  } catch (const std::exception& failure) {
    core::report_failure(impl.logger, impl.recorder.get(), "", failure);
  }
  return false;
}

/// The same as the context's user. What is logged is logged when the thread has left.
template <typename F>
bool guarded_use(ExecutionContext::Impl& impl, const char* what, F&& body) noexcept {
  return guard(impl, [&] {
    const Use use(impl.user, what);
    return body();
  });
}

/// A question of the context's user; the recorder is told of what it throws.
template <typename F>
auto recorded_use(ExecutionContext::Impl& impl, const char* what, F&& body) {
  return core::recorded(impl.recorder, [&] {
    const Use use(impl.user, what);
    return body();
  });
}

/// The job has all that the run needs, the callers' memory included where it has an owner.
void enqueue_run(const std::shared_ptr<ExecutionContext::Impl>& impl, runtime::Stream& stream,
                 uint64_t handle, ExecutionContext::Impl::Run run) {
  impl->begin_job(handle);
  try {
    stream.enqueue(
        [impl, run = std::move(run), addresses = impl->addresses, owners = impl->owners]() mutable {
          guard(*impl, [&] {
            impl->run(run, addresses);
            return true;
          });
          run = {};
          owners.clear();
          impl->end_job();
        });
  } catch (...) {
    impl->end_job();
    throw;
  }
}

size_t index(int i) { return static_cast<size_t>(i); }

}  // namespace

ExecutionContext::ExecutionContext(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ExecutionContext::~ExecutionContext() {
  if (impl_->has_lost_jobs()) {
    // Threads of another process may have been in it.
    new std::shared_ptr<Impl>(std::move(impl_));
  } else if (!impl_->user.is_in_run()) {
    impl_->wait_for_jobs();
  }
}

void ExecutionContext::enter() { impl_->user.enter("context"); }
void ExecutionContext::leave() { impl_->user.leave(); }

const std::string& ExecutionContext::name() const { return impl_->name; }
void ExecutionContext::set_name(const std::string& name) { impl_->name = name; }
const std::shared_ptr<const CudaEngine>& ExecutionContext::engine() const { return impl_->engine; }

bool ExecutionContext::set_input_shape(const std::string& name, const Dims& shape) {
  return guarded_use(*impl_, "set_input_shape", [&] {
    const int binding = runtime::get_binding(impl_->plan(), name);
    runtime::check_input_shape(impl_->plan(), binding, impl_->profile, shape);
    if (impl_->input_dims[index(binding)] == shape) return true;
    impl_->input_dims[index(binding)] = shape;
    impl_->shapes_stale = impl_->state_stale = true;
    return true;
  });
}

Dims ExecutionContext::tensor_shape(const std::string& name) const {
  return recorded_use(*impl_, "get_tensor_shape", [&] {
    const int binding = runtime::get_binding(impl_->plan(), name);
    if (impl_->is_input(index(binding))) return impl_->input_dims[index(binding)];
    const Dims& dims = impl_->current_shapes().of(impl_->plan().bindings[index(binding)].value);
    return core::is_static(dims) ? dims : impl_->shape_of_last_run(index(binding)).value_or(dims);
  });
}

Dims ExecutionContext::tensor_strides(const std::string& name) const {
  const int binding = runtime::get_binding(impl_->plan(), name);
  const Dims dims = tensor_shape(name);
  if (!core::is_static(dims)) return Dims::filled(dims.rank(), -1);
  if (runtime::binding_value(impl_->plan(), binding).layout != kernels::Layout::ChannelsLast)
    return core::dense_strides(dims);
  Dims strides = dims;
  strides[1] = 1;
  int64_t stride = std::max<int64_t>(dims[1], 1);
  for (int i = dims.rank() - 1; i >= 0; --i) {
    if (i == 1) continue;
    strides[i] = stride;
    stride *= std::max<int64_t>(dims[i], 1);
  }
  return strides;
}

bool ExecutionContext::set_tensor_address(const std::string& name, void* address) {
  return set_tensor_address(name, address, UINT64_MAX);
}

bool ExecutionContext::set_tensor_address(const std::string& name, void* address, uint64_t bytes,
                                          std::shared_ptr<const void> owner) {
  // The old owner goes when the thread has left.
  return guarded_use(*impl_, "set_tensor_address", [&] {
    const int binding = runtime::get_binding(impl_->plan(), name);
    impl_->owners[index(binding)].swap(owner);
    impl_->given_addresses[index(binding)] = address;
    if (impl_->is_input(index(binding))) impl_->forget_last_run();
    if (impl_->addresses[index(binding)] == address &&
        impl_->address_bytes[index(binding)] == bytes)
      return true;
    impl_->address_bytes[index(binding)] = bytes;
    impl_->addresses[index(binding)] = address;
    impl_->staging_stale = true;
    if (impl_->plan().bindings[index(binding)].is_shape_tensor)
      impl_->shapes_stale = impl_->state_stale = true;
    return true;
  });
}

void* ExecutionContext::tensor_address(const std::string& name) const {
  const Use use(impl_->user, "get_tensor_address");
  return impl_->addresses[index(runtime::get_binding(impl_->plan(), name))];
}

bool ExecutionContext::set_output_allocator(const std::string& name,
                                            std::shared_ptr<OutputAllocator> allocator) {
  return guarded_use(*impl_, "set_output_allocator", [&] {
    const int binding = runtime::get_binding(impl_->plan(), name);
    TRTLIKE_CHECK(!impl_->is_input(index(binding)), "[runtime] output allocator for '", name,
                  "': expected an output, got an input.");
    impl_->wait_for_jobs();
    impl_->allocators[index(binding)].swap(allocator);
    impl_->addresses[index(binding)] = impl_->given_addresses[index(binding)];
    impl_->staging_stale = true;
    impl_->has_allocators = false;
    for (const auto& a : impl_->allocators)
      impl_->has_allocators = impl_->has_allocators || a != nullptr;
    return true;
  });
}

std::shared_ptr<OutputAllocator> ExecutionContext::output_allocator(const std::string& name) const {
  const Use use(impl_->user, "get_output_allocator");
  return impl_->allocators[index(runtime::get_binding(impl_->plan(), name))];
}

int64_t ExecutionContext::max_output_size(const std::string& name) const {
  const Use use(impl_->user, "get_max_output_size");
  const int binding = runtime::get_binding(impl_->plan(), name);
  const engine::Plan& plan = impl_->plan();
  const int32_t value = plan.bindings[index(binding)].value;
  Dims dims = tensor_shape(name);
  if (!core::is_static(dims))
    dims = impl_->missing_inputs().empty()
               ? impl_->bounded_shapes().of(value)
               : runtime::largest_shapes(*RuntimeAccess::loaded(*impl_->engine), impl_->profile)
                     .of(value);
  if (!core::is_static(dims)) return -1;
  return static_cast<int64_t>(runtime::binding_desc(plan, binding, dims).bytes());
}

std::vector<std::string> ExecutionContext::infer_shapes() {
  return recorded_use(*impl_, "infer_shapes", [&] {
    std::vector<std::string> missing = impl_->missing_inputs();
    if (!missing.empty()) return missing;
    runtime::check_named_extents(impl_->plan(), impl_->input_dims);
    impl_->current_shapes();
    impl_->forget_last_run();
    return missing;
  });
}

bool ExecutionContext::all_binding_shapes_specified() const {
  const Use use(impl_->user, "all_binding_shapes_specified");
  for (size_t b = 0; b < impl_->num_bindings(); ++b)
    if (impl_->is_input(b) && !core::is_static(impl_->input_dims[b])) return false;
  return true;
}

int ExecutionContext::active_optimization_profile() const {
  const Use use(impl_->user, "active_optimization_profile");
  return impl_->profile;
}

bool ExecutionContext::set_optimization_profile_async(int profile, uint64_t) {
  return guarded_use(*impl_, "set_optimization_profile_async", [&] {
    runtime::check_profile(impl_->plan(), profile);
    if (profile == impl_->profile) return true;
    impl_->profile = profile;
    impl_->reset_shapes();
    return true;
  });
}

bool ExecutionContext::execute_async_v3(uint64_t handle) {
  return guarded_use(*impl_, "execute_async_v3", [&] {
    Impl& impl = *impl_;
    const std::shared_ptr<runtime::Stream> stream =
        handle == 0 ? nullptr : runtime::find_stream(handle);
    Impl::Run run = impl.make_run(handle);
    if (stream == nullptr) {
      impl.wait_for_jobs();
      impl.run(run, impl.addresses);
      return true;
    }
    impl.provide_early(run);
    const bool has_outputs = run.has_outputs;
    enqueue_run(impl_, *stream, handle, std::move(run));
    if (impl.has_allocators && !has_outputs) impl.wait_for_jobs();
    return true;
  });
}

bool ExecutionContext::execute_v2(const std::vector<void*>& bindings) {
  const bool taken = guarded_use(*impl_, "execute_v2", [&] {
    TRTLIKE_CHECK(bindings.size() == impl_->num_bindings(), "[runtime] execute_v2: expected ",
                  impl_->num_bindings(), " addresses, one a tensor, got ", bindings.size(), ".");
    for (size_t b = 0; b < bindings.size(); ++b)
      set_tensor_address(impl_->plan().bindings[b].name, bindings[b]);
    return true;
  });
  return taken && execute_async_v3(0);
}

void ExecutionContext::set_profiler(std::shared_ptr<Profiler> profiler) {
  const Use use(impl_->user, "profiler");
  impl_->wait_for_jobs();
  impl_->profiler.swap(profiler);
  impl_->has_times = false;
}

const std::shared_ptr<Profiler>& ExecutionContext::profiler() const { return impl_->profiler; }
bool ExecutionContext::enqueue_emits_profile() const { return impl_->enqueue_emits_profile; }
void ExecutionContext::set_enqueue_emits_profile(bool enable) {
  const Use use(impl_->user, "enqueue_emits_profile");
  impl_->wait_for_jobs();
  impl_->enqueue_emits_profile = enable;
}

bool ExecutionContext::report_to_profiler() {
  const Use use(impl_->user, "report_to_profiler");
  impl_->wait_for_jobs();
  const runtime::InRun in_run(impl_->user);
  return impl_->report_times();
}

int ExecutionContext::num_threads() const { return impl_->num_threads; }

int64_t ExecutionContext::memory_size() const {
  const Use use(impl_->user, "memory_size");
  if (impl_->missing_inputs().empty()) return static_cast<int64_t>(impl_->prepare()->arena_bytes());
  return impl_->engine->device_memory_size_for_profile(impl_->profile);
}

}  // namespace trtlike
