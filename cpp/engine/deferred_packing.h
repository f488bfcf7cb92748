// Constants that are packed when the first context needs them, not in the plan: the plan holds them
// in fewer bytes, or its tactic did not take the shapes. Shared by all contexts of a loaded plan.
#pragma once

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/concrete_plan.h"
#include "kernels/tactic.h"

namespace trtlike::engine {

/// The inputs that a step's tactic packs and the plan has not packed.
ops::InputSet deferred_inputs(const ConcretePlan& concrete, size_t step,
                              const kernels::Problem& problem);

/// Any thread may call any function; each step is packed once.
class DeferredPacking {
 public:
  /// What the step's tactic packs. Packing depends on constants, attributes and element types only,
  /// so one pack serves all shapes and thread counts.
  const kernels::Packed& get(size_t step, const kernels::Tactic& tactic,
                             const kernels::Problem& problem);
  /// Packs for all of the steps, several at a time, and lays the packs side by side, so that small
  /// ones are in huge pages too. What fails here fails again in `get`.
  void pack(const ConcretePlan& concrete, const std::vector<size_t>& steps);

 private:
  using Key = std::pair<size_t, const kernels::Tactic*>;

  std::mutex mutex_;
  std::map<Key, kernels::Packed> packs_;
};

}  // namespace trtlike::engine
