// Steps whose regions run: conditionals and loops. One object a context and step, with the memory
// that results lie in.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/threads/threads.h"
#include "engine/loaded_plan.h"
#include "trtlike/execution_context.h"

namespace trtlike::runtime {

struct RegionOperand {
  void* data = nullptr;
  Dims dims = Dims::unknown_rank();
};

class RegionStep {
 public:
  /// Where results go whose extents the run tells.
  class Outputs {
   public:
    virtual ~Outputs() = default;
    /// The address for output `i` of the step, asked once a run; null: memory of the step's own,
    /// which keeps its bytes until the next run.
    virtual void* provide(size_t i, const Dims& dims) = 0;
  };

  virtual ~RegionStep() = default;
  RegionStep(const RegionStep&) = delete;
  RegionStep& operator=(const RegionStep&) = delete;

  /// The step's inputs, in order, for the next run.
  void begin_inputs() { inputs_.clear(); }
  void add_input(const RegionOperand& input) { inputs_.push_back(input); }
  /// Throws UserError naming the step where the elements of its inputs make no sense.
  virtual void run(Outputs& outputs, const core::ThreadPool& pool, bool is_timed) = 0;
  const RegionOperand& output(size_t i) const { return outputs_[i]; }
  /// Tells of the steps inside, and forgets their times.
  virtual void report_times(Profiler& profiler) = 0;

 protected:
  explicit RegionStep(size_t num_outputs) : outputs_(num_outputs) {}

  std::vector<RegionOperand> inputs_, outputs_;
};

class RegionSteps {
 public:
  RegionSteps(const engine::LoadedPlan& loaded, int threads);

  RegionStep& get(size_t step) { return *steps_[step]; }
  /// Null for a step without regions.
  RegionStep* find(size_t step) { return steps_[step].get(); }

 private:
  std::vector<std::unique_ptr<RegionStep>> steps_;
};

}  // namespace trtlike::runtime
