// What a step costs at least, at concrete shapes: arithmetic operations and bytes of operands.
#pragma once

#include <cstdint>

#include "engine/alias_plan.h"
#include "engine/concrete_plan.h"

namespace trtlike::engine {

struct StepCost {
  /// Of the direct algorithm; see ops::count_operations.
  int64_t operations = 0;
  /// Every operand once, weights as the tactic packs them. A gather reads what it gathers.
  int64_t bytes = 0;
};

/// Nothing for a step that has no work. The step is one of those that `concrete` looks at.
StepCost step_cost(const ConcretePlan& concrete, const AliasPlan& aliases, size_t step);

}  // namespace trtlike::engine
