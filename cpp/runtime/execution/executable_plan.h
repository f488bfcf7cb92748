// A range of a plan's steps at concrete shapes, ready to run: kernels, storage, operands.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/threads/threads.h"
#include "engine/alias_plan.h"
#include "engine/concrete_plan.h"
#include "engine/loaded_plan.h"
#include "kernels/tactic.h"
#include "runtime/execution/kernel_cache.h"
#include "runtime/execution/resolve.h"

namespace trtlike::runtime {

/// Definitions and tactics of a plan's steps, looked up once, and the kernels that were prepared
/// for them. All users have the same number of threads, and one uses it at a time.
struct StepTable {
  explicit StepTable(const engine::Plan& plan);
  std::vector<engine::ConcreteStep> steps;
  KernelCache kernels;
};

/// Addresses that a run works on. None may change while it runs.
struct Addresses {
  std::byte* arena = nullptr;
  /// One a binding of the plan.
  std::span<void* const> bindings;
  /// One a value: where values that later ranges need were left; null for the others.
  std::span<void*> values;
};

/// Sees what each step gives while it is still there.
class ValueObserver {
 public:
  virtual ~ValueObserver() = default;
  /// `value` is one of the plan's. `data` may change as soon as this returns. What it throws ends
  /// the run.
  virtual void observe(int32_t value, const kernels::TensorDesc& desc, const void* data) = 0;
};

/// What a run tells beside its results; each may be null.
struct RunReport {
  /// One a step of the plan: the time of each is added.
  int64_t* times_ns = nullptr;
  ValueObserver* observer = nullptr;
  bool is_wanted() const { return times_ns != nullptr || observer != nullptr; }
};

class ExecutablePlan {
 public:
  /// Steps [first, last) of the plan. `kept` lists values that must keep their bytes after the last
  /// of them. Throws UserError or UnsupportedError naming the layer when no tactic takes the
  /// shapes.
  ExecutablePlan(const engine::LoadedPlan& loaded, StepTable& table, const Shapes& shapes,
                 size_t first, size_t last, const std::vector<int32_t>& kept, int threads);

  /// Bytes of arena: activations, shared memory and scratch of all threads.
  size_t arena_bytes() const { return arena_bytes_; }
  /// No arena can be smaller.
  size_t arena_lower_bound_bytes() const { return arena_lower_bound_bytes_; }

  /// Fills in the operands' addresses where one of them changed.
  void bind(const Addresses& addresses);
  /// True when no step writes memory of the binding `output` before the last one that reads memory
  /// of the binding `input`, or when that one may compute in place and both are the same
  /// (`is_same`).
  bool may_overlap(int32_t input, int32_t output, bool is_same) const;
  /// Runs the steps. Allocates nothing. Where a kernel throws, the rest does not run, and an Error
  /// names the layer; another run may follow.
  void run(const core::ThreadPool& pool, const RunReport& report) const;

  const engine::ConcretePlan& concrete() const { return concrete_; }
  const engine::AliasPlan& aliases() const { return aliases_; }
  /// The tactic that a step runs with; null when it does not run one.
  const kernels::Tactic* tactic(size_t step) const;
  size_t num_running() const { return calls_.size(); }
  /// Into how many slices a step is cut, phase by phase; none when nothing runs for it.
  std::vector<int> slices(size_t step) const;

 private:
  struct Operand {
    engine::MemoryRegion region = engine::MemoryRegion::None;
    int32_t index = -1;
    size_t offset = 0;
  };
  struct KernelCall {
    const kernels::Kernel* kernel = nullptr;
    size_t step = 0;
    size_t first_input = 0, num_inputs = 0;
    size_t first_output = 0, num_outputs = 0;
    size_t shared_offset = 0;
    size_t scratch_offset = 0;
    size_t scratch_stride = 0;
    kernels::RunArgs args{};
    std::byte* scratch = nullptr;
  };

  struct CallPhase {
    size_t call;
    int phase;
  };

  void find_needed(const Shapes& shapes, const std::vector<int32_t>& kept);
  void describe_values(const Shapes& shapes);
  void choose_tactics(KernelCache& cache);
  void choose_tactic(size_t step, KernelCache& cache);
  /// True when nothing computes the step: a view, copies, or no elements.
  bool is_idle(size_t step) const;
  /// True when the step's outputs have no elements.
  bool gives_nothing(size_t step) const;
  bool is_in_place(const KernelCall& call, int32_t input, int32_t output) const;
  void prepare_steps(KernelCache& cache);
  void prepare_kernel(size_t step, KernelCache& cache);
  std::shared_ptr<const kernels::Kernel> make_kernel(size_t step, const kernels::Problem& problem);
  void prepare_copy(size_t step, const engine::Copy& copy);
  void prepare_final_copies();
  void add_call(KernelCall call, std::shared_ptr<const kernels::Kernel> kernel,
                const std::vector<Operand>& inputs, const std::vector<Operand>& outputs);
  void place_memory();
  void check_memory(size_t bytes) const;
  void check_outputs_fit() const;
  void keep_known_elements();
  void bind_operands(const Addresses& addresses);
  Operand operand(int32_t value, int64_t offset_bytes = 0) const;
  void* address(const Operand& operand, const Addresses& addresses) const;
  void run_phases(const core::ThreadPool& pool, size_t first, size_t count) const;
  void observe_step(size_t step, ValueObserver& observer) const;
  void run_kernel(const KernelCall& call, const kernels::RunArgs& args, int phase, int slice) const;

  engine::ConcretePlan concrete_;
  engine::AliasPlan aliases_;
  std::vector<std::shared_ptr<const kernels::Kernel>> kernels_;
  /// Keeps what kernels read alive.
  std::shared_ptr<engine::DeferredPacking> deferred_packing_;
  std::vector<KernelCall> calls_;
  /// Of all kernels, in order, and how many slices each has.
  std::vector<CallPhase> phases_;
  std::vector<int> counts_;
  std::vector<Operand> operands_;
  std::vector<void*> pointers_;
  /// Offset in the arena of each root value.
  std::vector<size_t> value_offsets_;
  std::shared_ptr<std::byte> known_;
  std::vector<size_t> known_offsets_;
  std::vector<int32_t> kept_;
  std::vector<void*> kept_addresses_;
  size_t arena_bytes_ = 0;
  size_t arena_lower_bound_bytes_ = 0;
  bool has_earlier_ = false;
  std::byte* bound_arena_ = nullptr;
  std::vector<void*> bound_bindings_;
  std::span<void*> bound_values_;
};

}  // namespace trtlike::runtime
