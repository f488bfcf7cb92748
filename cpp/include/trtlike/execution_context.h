// One running instance of an engine: shapes, addresses, execution, times.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trtlike/debug_listener.h"
#include "trtlike/engine.h"
#include "trtlike/gpu_allocator.h"

namespace trtlike {

/// Receives the time of each layer after a run.
class Profiler {
 public:
  virtual ~Profiler() = default;
  virtual void report_layer_time(const std::string& layer_name, float ms) noexcept = 0;
};

/// Provides the memory of outputs whose size is not known before the run.
class OutputAllocator {
 public:
  virtual ~OutputAllocator() = default;
  /// Returns the address to write to, null when there is no memory.
  virtual void* reallocate_output(const std::string& tensor, void* memory, uint64_t size,
                                  uint64_t alignment) noexcept = 0;
  virtual void notify_shape(const std::string& tensor, const Dims& dims) noexcept = 0;
};

/// A context belongs to one thread at a time; different contexts of one engine run at the same
/// time. A call while another thread is in the context, or from a callback (Profiler,
/// OutputAllocator) of the context's own run, is refused: by a message and false, or a UserError.
/// Only name, engine and num_threads may be asked for then.
class ExecutionContext {
 public:
  struct Impl;
  explicit ExecutionContext(std::shared_ptr<Impl> impl);
  /// Waits for what is queued.
  ~ExecutionContext();
  ExecutionContext(const ExecutionContext&) = delete;
  ExecutionContext& operator=(const ExecutionContext&) = delete;

  /// The context is the calling thread's until it leaves: other threads are refused between its
  /// calls too. Throws UserError while another thread is in the context.
  void enter();
  void leave();

  const std::string& name() const;
  void set_name(const std::string& name);
  const std::shared_ptr<const CudaEngine>& engine() const;

  /// False, with a message that names tensor, range and value, when the shape is outside the
  /// profile.
  bool set_input_shape(const std::string& name, const Dims& shape);
  /// The shape now; -1 where it depends on inputs that are not set. Throws UserError for an unknown
  /// name.
  Dims tensor_shape(const std::string& name) const;
  /// Element strides of the tensor as the caller sees it.
  Dims tensor_strides(const std::string& name) const;
  /// Where the tensor's elements lie. An output that shares memory with an input is computed
  /// elsewhere and copied where that matters; two outputs that share memory are refused by the run.
  bool set_tensor_address(const std::string& name, void* address);
  /// The same for memory of this many bytes: a run that needs more is refused. `owner` lives as
  /// long as the address is set and a queued run uses it.
  bool set_tensor_address(const std::string& name, void* address, uint64_t bytes,
                          std::shared_ptr<const void> owner = nullptr);
  void* tensor_address(const std::string& name) const;
  bool set_output_allocator(const std::string& name, std::shared_ptr<OutputAllocator> allocator);
  std::shared_ptr<OutputAllocator> output_allocator(const std::string& name) const;
  /// Bytes that the output can take at most at the current input shapes.
  int64_t max_output_size(const std::string& name) const;

  /// Names of the inputs whose shape or values are still missing; throws UserError when shapes
  /// contradict the network.
  std::vector<std::string> infer_shapes();
  bool all_binding_shapes_specified() const;

  int active_optimization_profile() const;
  bool set_optimization_profile_async(int profile, uint64_t stream);

  /// Queues a run on a stream; the default stream (0) has run when this returns, output allocators
  /// have given memory, and told extents that data decide. False, with a message, on failure.
  bool execute_async_v3(uint64_t stream);
  /// Addresses in the order of the engine's tensors; runs before it returns.
  bool execute_v2(const std::vector<void*>& bindings);

  void set_profiler(std::shared_ptr<Profiler> profiler);
  const std::shared_ptr<Profiler>& profiler() const;
  bool enqueue_emits_profile() const;
  void set_enqueue_emits_profile(bool enable);
  /// Reports the last run's times to the profiler. False when nothing was timed.
  bool report_to_profiler();

  /// Who is told of debug tensors whose state is on, in the order in which runs compute them; null
  /// for nobody. All states are off at first.
  void set_debug_listener(std::shared_ptr<DebugListener> listener);
  const std::shared_ptr<DebugListener>& debug_listener() const;
  /// False, with a message, when no debug tensor has the name.
  bool set_tensor_debug_state(const std::string& name, bool is_on);
  bool set_all_tensors_debug_state(bool is_on);
  bool debug_state(const std::string& name) const;
  /// The state of what Network::mark_unfused_tensors_as_debug_tensors marked.
  bool unfused_tensors_debug_state() const;
  bool set_unfused_tensors_debug_state(bool is_on);

  /// Told of this context's failures; null for nobody. The engine's at first.
  const std::shared_ptr<ErrorRecorder>& error_recorder() const;
  void set_error_recorder(std::shared_ptr<ErrorRecorder> recorder);

  /// Where memory comes from that the context needs from now on; null is the library's own. The
  /// runtime's allocator at first.
  const std::shared_ptr<GpuAllocator>& temporary_allocator() const;
  void set_temporary_allocator(std::shared_ptr<GpuAllocator> allocator);
  /// The memory of a UserManaged context. What runs learn about their shapes only while they run
  /// takes further memory. False, with a message, when the address is no multiple of 64, or for
  /// another strategy.
  bool set_device_memory(void* memory, int64_t bytes);
  /// Bytes that set_device_memory must give for the shapes as they are now. Throws UserError where
  /// some are missing.
  int64_t update_device_memory_size_for_shapes();
  RuntimeConfig runtime_config() const;

  // Settings that programs read back; a warning says that they have no effect.

  bool debug_sync() const;
  void set_debug_sync(bool sync);
  ProfilingVerbosity nvtx_verbosity() const;
  void set_nvtx_verbosity(ProfilingVerbosity verbosity);
  int64_t persistent_cache_limit() const;
  void set_persistent_cache_limit(int64_t bytes);
  uint64_t input_consumed_event() const;
  bool set_input_consumed_event(uint64_t event);
  void set_aux_streams(const std::vector<uint64_t>& streams);

  /// Worker threads that a run uses at most.
  int num_threads() const;
  /// Bytes of activations and scratch at the current shapes.
  int64_t memory_size() const;

 private:
  friend struct RuntimeAccess;
  std::shared_ptr<Impl> impl_;
};

}  // namespace trtlike
