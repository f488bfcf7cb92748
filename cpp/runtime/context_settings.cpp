// What a context is told beside shapes and addresses: debug listeners, memory, and TensorRT's
// settings without a meaning on a CPU.
#include "core/check.h"
#include "core/failures/report.h"
#include "core/log.h"
#include "core/os/memory.h"
#include "runtime/context_impl.h"

namespace trtlike {
namespace {

using runtime::Use;

template <typename F>
bool reported(ExecutionContext::Impl& impl, const char* what, const F& body) {
  return core::report_failures(impl.logger, impl.recorder.get(), "", [&] {
    const Use use(impl.user, what);
    // Runs on streams look at what is set here.
    impl.wait_for_jobs();
    body();
  });
}

void warn_of_no_effect(const ExecutionContext::Impl& impl, const char* name, const char* why) {
  core::log(impl.logger, Severity::Warning, "[runtime] IExecutionContext.", name,
            " has no effect: ", why, ".");
}

}  // namespace

void ExecutionContext::set_debug_listener(std::shared_ptr<DebugListener> listener) {
  reported(*impl_, "set_debug_listener", [&] { impl_->debug.listener.swap(listener); });
}

const std::shared_ptr<DebugListener>& ExecutionContext::debug_listener() const {
  return impl_->debug.listener;
}

bool ExecutionContext::set_tensor_debug_state(const std::string& name, bool is_on) {
  return reported(*impl_, "set_tensor_debug_state", [&] {
    const int tensor = impl_->debug.find(name);
    TRTLIKE_CHECK(tensor >= 0, "[runtime] debug tensor '", name,
                  "': expected one that network.mark_debug marked before the build, got none.");
    impl_->debug.set_state(tensor, is_on);
  });
}

bool ExecutionContext::set_all_tensors_debug_state(bool is_on) {
  return reported(*impl_, "set_all_tensors_debug_state",
                  [&] { impl_->debug.set_all_states(is_on); });
}

bool ExecutionContext::debug_state(const std::string& name) const {
  const int tensor = impl_->debug.find(name);
  return tensor >= 0 && impl_->debug.state(tensor);
}

bool ExecutionContext::unfused_tensors_debug_state() const { return impl_->debug.unfused; }

bool ExecutionContext::set_unfused_tensors_debug_state(bool is_on) {
  return reported(*impl_, "unfused_tensors_debug_state", [&] {
    TRTLIKE_CHECK(!is_on || impl_->plan().reports_unfused,
                  "[runtime] unfused_tensors_debug_state: expected an engine that was built after "
                  "network.mark_unfused_tensors_as_debug_tensors, got another one.");
    impl_->debug.unfused = is_on;
  });
}

const std::shared_ptr<ErrorRecorder>& ExecutionContext::error_recorder() const {
  return impl_->recorder;
}

void ExecutionContext::set_error_recorder(std::shared_ptr<ErrorRecorder> recorder) {
  reported(*impl_, "error_recorder", [&] { impl_->recorder.swap(recorder); });
}

const std::shared_ptr<GpuAllocator>& ExecutionContext::temporary_allocator() const {
  return impl_->memory.allocator();
}

void ExecutionContext::set_temporary_allocator(std::shared_ptr<GpuAllocator> allocator) {
  reported(*impl_, "temporary_allocator", [&] {
    impl_->memory = runtime::MemorySource(std::move(allocator));
    if (impl_->is_user_managed()) return;
    impl_->replace_arena(nullptr, 0);
    impl_->state_stale = impl_->staging_stale = true;
  });
}

bool ExecutionContext::set_device_memory(void* memory, int64_t bytes) {
  return reported(*impl_, "set_device_memory", [&] {
    TRTLIKE_CHECK(impl_->is_user_managed(),
                  "[runtime] device memory: expected a context of strategy USER_MANAGED, got one "
                  "with memory of its own.");
    TRTLIKE_CHECK(bytes >= 0 && reinterpret_cast<uintptr_t>(memory) % core::kAlignment == 0,
                  "[runtime] device memory: expected an address that is a multiple of ",
                  core::kAlignment, " and at least 0 bytes, got ", memory, " and ", bytes, ".");
    const size_t size = memory == nullptr ? 0 : static_cast<size_t>(bytes);
    impl_->replace_arena({std::shared_ptr<void>(), static_cast<std::byte*>(memory)}, size);
  });
}

int64_t ExecutionContext::update_device_memory_size_for_shapes() {
  return core::recorded(impl_->recorder, [&] {
    const Use use(impl_->user, "update_device_memory_size_for_shapes");
    return static_cast<int64_t>(impl_->prepare()->arena_bytes());
  });
}

RuntimeConfig ExecutionContext::runtime_config() const { return impl_->config; }

bool ExecutionContext::debug_sync() const { return impl_->debug_sync; }
void ExecutionContext::set_debug_sync(bool sync) {
  impl_->debug_sync = sync;
  if (sync) warn_of_no_effect(*impl_, "debug_sync", "the log names the layer that fails anyway");
}

ProfilingVerbosity ExecutionContext::nvtx_verbosity() const { return impl_->nvtx_verbosity; }
void ExecutionContext::set_nvtx_verbosity(ProfilingVerbosity verbosity) {
  impl_->nvtx_verbosity = verbosity;
  warn_of_no_effect(*impl_, "nvtx_verbosity", "nothing is told to NVTX");
}

int64_t ExecutionContext::persistent_cache_limit() const { return impl_->persistent_cache_limit; }
void ExecutionContext::set_persistent_cache_limit(int64_t bytes) {
  impl_->persistent_cache_limit = bytes;
  if (bytes > 0) warn_of_no_effect(*impl_, "persistent_cache_limit", "the CPU keeps its caches");
}

uint64_t ExecutionContext::input_consumed_event() const { return impl_->input_consumed_event; }
bool ExecutionContext::set_input_consumed_event(uint64_t event) {
  impl_->input_consumed_event = event;
  if (event != 0)
    warn_of_no_effect(*impl_, "set_input_consumed_event", "inputs are free when the run is over");
  return true;
}

void ExecutionContext::set_aux_streams(const std::vector<uint64_t>& streams) {
  if (!streams.empty())
    warn_of_no_effect(*impl_, "set_aux_streams", "steps of one run follow each other");
}

}  // namespace trtlike
