// A plan prepared for one set of input shapes, in as many parts as it takes: a new part begins
// where shapes depend on elements that the part before computes.
#pragma once

#include <memory>
#include <vector>

#include "core/threads/threads.h"
#include "runtime/executable_plan.h"
#include "runtime/resolve.h"

namespace trtlike::runtime {

class ShapeState {
 public:
  /// `shapes` holds the inputs' dims and elements; nothing is resolved yet.
  ShapeState(const engine::LoadedPlan& loaded, const StepTable& table, Shapes shapes, int threads);

  /// True when shapes depend on elements that steps compute.
  bool is_data_dependent() const { return num_steps() != shapes_.resolved; }
  /// All that is known before the run.
  const Shapes& shapes() const { return shapes_; }
  /// Bytes of arena that `run` needs.
  size_t arena_bytes() const { return first_.arena_bytes(); }
  /// True when the bindings `input` and `output` may share memory, `is_same` to the byte.
  bool may_overlap(int32_t input, int32_t output, bool is_same) const {
    return !is_data_dependent() && first_.may_overlap(input, output, is_same);
  }
  const ExecutablePlan& first() const { return first_; }
  ExecutablePlan& first() { return first_; }

  /// Runs the first part, which is all there is unless is_data_dependent().
  void run_first(std::byte* arena, std::span<void* const> bindings, const core::ThreadPool& pool,
                 int64_t* times_ns);
  /// Prepares the next part from what the last one computed; false when all parts have run. Throws
  /// UnsupportedError when the shapes do not follow from it.
  bool advance(std::span<void* const> bindings);
  /// Runs the part that `advance` prepared.
  void run_part(std::span<void* const> bindings, const core::ThreadPool& pool, int64_t* times_ns);
  /// Everything known after the last `advance`.
  const Shapes& latest_shapes() const { return part_ == 0 ? shapes_ : parts_[part_ - 1]->shapes; }

 private:
  struct Part {
    std::vector<int64_t> read;  ///< elements it was prepared for
    Shapes shapes;
    std::unique_ptr<ExecutablePlan> prepared;
    std::shared_ptr<std::byte> arena;
  };

  size_t num_steps() const { return loaded_.plan.steps.size(); }
  static Shapes resolve(const engine::LoadedPlan& loaded, Shapes shapes);
  static std::vector<int32_t> find_kept(const engine::Plan& plan, size_t from);
  void read_host_inputs(Shapes& shapes, std::vector<int64_t>& read,
                        std::span<void* const> bindings) const;

  const engine::LoadedPlan& loaded_;
  const StepTable& table_;
  int threads_;
  Shapes shapes_;
  ExecutablePlan first_;
  /// Where values that later parts need lie.
  std::vector<void*> values_;
  std::vector<std::unique_ptr<Part>> parts_;
  size_t part_ = 0;
};

}  // namespace trtlike::runtime
