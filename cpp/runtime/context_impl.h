// What an execution context holds.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/threads/threads.h"
#include "runtime/access.h"
#include "runtime/context_user.h"
#include "runtime/debug_tensors.h"
#include "runtime/execution/shape_state.h"
#include "runtime/memory_source.h"
#include "runtime/overlaps.h"
#include "runtime/regions/region_steps.h"

namespace trtlike {

/// For the thread that is its user, while jobs on one stream may run. Jobs hold it alive.
struct ExecutionContext::Impl {
  explicit Impl(std::shared_ptr<const CudaEngine> engine, const RuntimeConfig& config = {});

  const engine::Plan& plan() const { return RuntimeAccess::plan(*engine); }
  size_t num_bindings() const { return plan().bindings.size(); }
  bool is_input(size_t binding) const {
    return plan().bindings[binding].mode == TensorIOMode::Input;
  }

  /// Forgets the shapes of dynamic inputs.
  void reset_shapes();
  /// The inputs' shapes and elements that are missing, by name.
  std::vector<std::string> missing_inputs() const;
  /// True when the elements of a shape tensor differ from those that the shapes were computed from.
  bool shape_tensors_changed() const;
  /// Shapes from the inputs as they are now, with -1 for what does not follow from them.
  const runtime::Shapes& current_shapes();
  /// The same with what data-dependent extents do not exceed.
  runtime::Shapes bounded_shapes();
  /// What the last run gave, if it has ended and no input was set since.
  std::optional<Dims> shape_of_last_run(size_t binding);
  void forget_last_run();
  /// The plan prepared for the inputs as they are now. Throws UserError naming what is missing.
  const std::shared_ptr<runtime::ShapeState>& prepare();

  /// Throws UserError naming the first tensor without an address or with too little memory.
  void check_addresses(const runtime::ShapeState& state) const;
  /// Asks the output allocators for memory of the sizes that are known.
  void provide_outputs(const runtime::Shapes& shapes, std::vector<void*>& addresses) const;
  /// Memory of an output: of its allocator, else the caller's at `given`. Throws UserError naming
  /// an output whose memory turns out to be too small.
  void* provide_output(size_t binding, const Dims& dims, void* given) const;
  void notify_shapes(const runtime::Shapes& shapes) const;
  void keep_run_dims(const runtime::Shapes& shapes);

  /// One run, on the thread that calls.
  struct Run {
    std::shared_ptr<runtime::ShapeState> state;
    std::shared_ptr<std::byte> arena;
    std::shared_ptr<const runtime::Staging> staging;
    uint64_t stream = 0;
    /// Output allocators have been asked and told.
    bool has_outputs = false;
  };
  /// Of the inputs as they are now. Throws UserError where addresses are missing or do not fit.
  Run make_run(uint64_t stream = 0);
  void run(const Run& run, std::vector<void*>& addresses);
  /// Gives a run its outputs' memory before it begins, where all of their extents are known.
  void provide_early(Run& run);
  bool report_times();

  /// Jobs of this context on streams.
  void begin_job(uint64_t stream);
  void end_job();
  /// Throws UserError in a child that was forked while there were jobs.
  void wait_for_jobs();
  /// True where jobs will never run: their workers are in the process that this one was forked
  /// from.
  bool has_lost_jobs() const;

  mutable runtime::ContextUser user;

  std::shared_ptr<const CudaEngine> engine;
  Logger* logger = nullptr;
  std::shared_ptr<ErrorRecorder> recorder;
  std::string name;
  int num_threads = 1;
  core::ThreadPool pool;
  /// What follows from the engine's weights: made anew once it was refitted.
  struct Weighted {
    Weighted(std::shared_ptr<const engine::LoadedPlan> plan, int threads);
    std::shared_ptr<const engine::LoadedPlan> loaded;
    runtime::StepTable table;
    runtime::RegionSteps regions;
    runtime::Shapes initial;
  };
  std::unique_ptr<Weighted> weighted;
  int profile = 0;

  /// One a binding.
  std::vector<Dims> input_dims;
  std::vector<std::vector<int64_t>> input_values;
  std::vector<void*> addresses;
  /// The caller's; the addresses of outputs with allocators are what these gave last.
  std::vector<void*> given_addresses;
  /// Bytes behind the addresses; UINT64_MAX where the caller did not say.
  std::vector<uint64_t> address_bytes;
  /// What keeps the memory there; null where the caller does.
  std::vector<std::shared_ptr<const void>> owners;
  /// Of the addresses at the shapes of `state`, unless it is stale.
  std::shared_ptr<const runtime::Staging> staging;
  bool staging_stale = true;
  std::vector<std::shared_ptr<OutputAllocator>> allocators;
  bool has_allocators = false;
  bool has_shape_tensors = false;
  /// The inputs' shapes or elements changed since current_shapes / prepare looked.
  bool shapes_stale = true;
  bool state_stale = true;
  runtime::Shapes shapes;
  /// One a binding after a run with data-dependent extents; under `mutex`.
  std::vector<Dims> run_dims;

  std::shared_ptr<runtime::ShapeState> state;
  /// ExecutablePlan shapes, the last used first.
  std::list<std::pair<std::vector<int64_t>, std::shared_ptr<runtime::ShapeState>>> states;
  std::shared_ptr<std::byte> arena;
  size_t arena_bytes = 0;
  runtime::MemorySource memory;
  /// With UserManaged, `arena` is the caller's.
  RuntimeConfig config;
  bool is_user_managed() const {
    return config.execution_context_allocation_strategy() ==
           ExecutionContextAllocationStrategy::UserManaged;
  }
  /// Another arena for what is prepared; what it held before is given up.
  void replace_arena(std::shared_ptr<std::byte> memory, size_t bytes);

  std::shared_ptr<Profiler> profiler;
  bool enqueue_emits_profile = true;
  bool has_times = false;
  std::vector<int64_t> times_ns;
  /// Sees the values of each run, but for those inside regions; null for none.
  runtime::ValueObserver* observer = nullptr;
  runtime::DebugTensors debug;

  /// Settings that programs read back.
  bool debug_sync = false;
  ProfilingVerbosity nvtx_verbosity = ProfilingVerbosity::LayerNamesOnly;
  int64_t persistent_cache_limit = 0;
  uint64_t input_consumed_event = 0;

  std::atomic<int> pending{0};
  uint64_t pending_stream = 0;
  uint64_t pending_generation = 0;
  std::mutex mutex;
  std::condition_variable idle;

 private:
  /// Throws UserError when a tensor of this shape does not fit the memory that the caller gave.
  void check_bytes(size_t binding, const Dims& dims) const;
  void read_shape_tensors();
  std::vector<int64_t> state_key() const;
  runtime::Shapes input_shapes() const;
  /// Takes the engine's weights where they are others than before.
  void take_weights();
  void use_state(std::shared_ptr<runtime::ShapeState> next);
  void compute(const Run& run, std::vector<void*>& addresses, const runtime::RunReport& report);
};

}  // namespace trtlike
