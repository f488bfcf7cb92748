// A plan prepared for one set of input shapes, in as many parts as it takes: a new part begins
// where shapes depend on elements that the part before computes, and behind each step with regions.
#pragma once

#include <list>
#include <memory>
#include <span>
#include <vector>

#include "core/threads/threads.h"
#include "runtime/execution/executable_plan.h"
#include "runtime/execution/resolve.h"
#include "runtime/memory_source.h"

namespace trtlike::runtime {

class RegionSteps;

/// Where outputs go.
class OutputMemory {
 public:
  virtual ~OutputMemory() = default;
  /// The address for an output, by its binding, whose extents the run has just told. Asked once a
  /// run and output, before anything is written there.
  virtual void* provide(size_t binding, const Dims& dims) = 0;
};

class ShapeState {
 public:
  /// `shapes` holds the inputs' dims and elements; nothing is resolved yet. `regions` run the steps
  /// that have some; null where nothing will run. `memory` gives what parts behind the first one
  /// compute in; null is the library's own.
  ShapeState(const engine::LoadedPlan& loaded, StepTable& table, RegionSteps* regions,
             Shapes shapes, int threads, const MemorySource* memory = nullptr);

  /// True when shapes depend on elements that steps compute, or regions on what runs before.
  bool is_data_dependent() const { return num_steps() != root_.shapes.resolved; }
  /// All that is known before the run.
  const Shapes& shapes() const { return root_.shapes; }
  /// Bytes of arena that `run` needs.
  size_t arena_bytes() const { return first().arena_bytes(); }
  /// True when the bindings `input` and `output` may share memory, `is_same` to the byte.
  bool may_overlap(int32_t input, int32_t output, bool is_same) const {
    return !is_data_dependent() && first().may_overlap(input, output, is_same);
  }
  /// The part before the first of those places, which is all there is unless is_data_dependent().
  const ExecutablePlan& first() const { return *root_.prepared; }

  /// Runs everything. `bindings` has one address a binding; those of outputs whose extents the run
  /// tells come from `memory`. Throws UnsupportedError when shapes do not follow from what was
  /// computed.
  void run(std::byte* arena, std::span<void*> bindings, OutputMemory& memory,
           const core::ThreadPool& pool, const RunReport& report);
  /// Everything known after the last run.
  const Shapes& latest_shapes() const { return current_->shapes; }

 private:
  struct Part {
    /// What it was prepared for beyond the part before: elements that were read, extents that
    /// regions gave.
    std::vector<int64_t> key;
    Shapes shapes;
    std::unique_ptr<ExecutablePlan> prepared;
    std::shared_ptr<std::byte> arena;
    /// Outputs whose extents are known from here on.
    std::vector<size_t> revealed;
    /// The parts that may come next, the last used first.
    std::list<std::unique_ptr<Part>> next;
  };
  struct Run {
    std::span<void*> bindings;
    OutputMemory& memory;
    const core::ThreadPool& pool;
    const RunReport& report;
  };
  class RegionOutputs;

  size_t num_steps() const { return loaded_.plan.steps.size(); }
  std::unique_ptr<ExecutablePlan> prepare(const Shapes& shapes, size_t first) const;
  bool advance(const Run& run);
  void run_region(const Run& run);
  void read_host_inputs(const Run& run);
  Part& next_part();
  std::unique_ptr<Part> make_part() const;
  void note_key(Shapes& shapes) const;
  void* address(int32_t value, std::span<void* const> bindings) const;

  const engine::LoadedPlan& loaded_;
  StepTable& table_;
  RegionSteps* regions_;
  int threads_;
  const MemorySource* memory_;
  /// One a value: the input binding that it is, or -1.
  std::vector<int32_t> input_bindings_;
  Part root_;
  Part* current_ = &root_;
  /// What the step at the end of the current part told.
  std::vector<int64_t> key_;
  /// Where values that later parts need lie.
  std::vector<void*> values_;
};

}  // namespace trtlike::runtime
