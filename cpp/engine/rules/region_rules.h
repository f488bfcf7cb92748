// How the operands of a step with regions and the bindings of its regions belong together.
#pragma once

#include <string>

#include "engine/plan.h"

namespace trtlike::engine {

/// What a step of an op with Regions::Turns says of itself.
struct LoopForm {
  explicit LoopForm(const PlanStep& step);

  static constexpr size_t kTripCount = 0, kCondition = 1, kFirstCarried = 2;
  size_t carried = 0;
  /// The region's first output is the condition of the next turn.
  bool has_condition = false;
  /// One an output behind the carried ones: its rows are in the order of the turns, or against it.
  std::vector<bool> reversed;

  /// The region's output that is the step's output `i`.
  size_t region_output(size_t i) const { return i + (has_condition ? 1 : 0); }
};

size_t num_inputs(const Plan& region);
size_t num_outputs(const Plan& region);
/// Bindings of a region: inputs first.
const PlanValue& input_value(const Plan& region, size_t i);
const PlanValue& output_value(const Plan& region, size_t i);

/// Why the step's regions do not fit its operands ("region 0, input 1: expected ..., got ...");
/// empty where they do.
std::string find_region_fault(const Plan& plan, const PlanStep& step, ops::Regions kind);

}  // namespace trtlike::engine
