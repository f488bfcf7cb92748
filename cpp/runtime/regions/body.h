// A region of a step with everything that it takes to run it again and again: its plan prepared for
// the shapes that came last.
#pragma once

#include <list>
#include <memory>
#include <span>
#include <vector>

#include "runtime/execution/shape_state.h"
#include "runtime/regions/region_steps.h"

namespace trtlike::runtime {

class Body {
 public:
  Body(const engine::LoadedPlan& loaded, int threads);

  /// One run. `memory` is asked for the address of each output, by its place among the outputs.
  void run(std::span<const RegionOperand> inputs, RegionStep::Outputs& memory,
           const core::ThreadPool& pool, bool is_timed);
  /// Output `i` of the last run.
  const RegionOperand& output(size_t i) const { return outputs_[i]; }
  size_t num_outputs() const { return outputs_.size(); }
  void report_times(Profiler& profiler);

 private:
  class Memory;
  struct State {
    std::vector<int64_t> key;
    std::unique_ptr<ShapeState> shapes;
  };

  void note_inputs(std::span<const RegionOperand> inputs);
  ShapeState& prepare(std::span<const RegionOperand> inputs);
  Shapes input_shapes(std::span<const RegionOperand> inputs) const;

  const engine::LoadedPlan& loaded_;
  int threads_;
  StepTable table_;
  RegionSteps regions_;
  Shapes initial_;
  size_t num_inputs_;
  std::vector<RegionOperand> outputs_;
  std::vector<void*> bindings_;
  std::vector<int64_t> key_;
  /// The last used first.
  std::list<State> states_;
  std::shared_ptr<std::byte> arena_;
  size_t arena_bytes_ = 0;
  std::vector<int64_t> times_ns_;
};

}  // namespace trtlike::runtime
