// One running instance of an engine: shapes, addresses, execution, times.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trtlike/engine.h"

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

  /// Worker threads that a run uses at most.
  int num_threads() const;
  /// Bytes of activations and scratch at the current shapes.
  int64_t memory_size() const;

 private:
  friend struct RuntimeAccess;
  std::shared_ptr<Impl> impl_;
};

}  // namespace trtlike
