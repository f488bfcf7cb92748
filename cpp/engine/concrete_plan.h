// A plan at concrete shapes: what memory planning and preparation look at.
#pragma once

#include <vector>

#include "engine/plan.h"
#include "kernels/tactic.h"
#include "ops/op.h"

namespace trtlike::engine {

struct ConcreteStep {
  const ops::OpDefinition* op = nullptr;
  /// Null for views and for steps that do not run.
  const kernels::Tactic* tactic = nullptr;
  /// False when nobody needs the outputs or their elements are known without running.
  bool runs = true;
};

struct ConcretePlan {
  const Plan* plan = nullptr;
  const std::byte* constants = nullptr;
  int threads = 1;
  /// The steps to look at: [first_step, last_step). Values of earlier steps are at fixed addresses.
  size_t first_step = 0;
  size_t last_step = 0;
  /// One a value. Aliasing sets pitches.
  std::vector<kernels::TensorDesc> descs;
  /// One a value: its elements where all of them are known and small.
  std::vector<ops::HostValue> known;
  /// One a value: it must keep its bytes after last_step.
  std::vector<bool> kept;
  /// One a step of the plan.
  std::vector<ConcreteStep> steps;

  const PlanStep& plan_step(size_t step) const { return plan->steps[step]; }
  const kernels::TensorDesc& desc(int32_t value) const { return descs[static_cast<size_t>(value)]; }
};

/// A step's operands at their concrete extents, in the types that they are stored in, as the
/// functions of its op see them.
class StepArgs {
 public:
  StepArgs(const ConcretePlan& concrete, size_t step);
  /// Valid as long as this and the step.
  ops::InferArgs args() { return {op_.self, attributes_, inputs_, host_, outputs_}; }

 private:
  const ops::OpDefinition& op_;
  const ops::Attributes& attributes_;
  std::vector<ops::TensorType> inputs_, outputs_;
  std::vector<ops::HostValue> host_;
};

/// The step's problem with the operands' descriptions as they are now.
kernels::Problem make_problem(const ConcretePlan& concrete, size_t step);

/// The step's packed constants; empty when it has none.
std::span<const std::byte> packed_constants(const ConcretePlan& concrete, size_t step);

}  // namespace trtlike::engine
