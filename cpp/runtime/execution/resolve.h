// Shapes of every value from the shapes of the inputs: the ops' shape rules, run once over the
// plan. Usable before all inputs are known, and by the builder.
#pragma once

#include <functional>
#include <vector>

#include "engine/plan.h"
#include "ops/op.h"

namespace trtlike::runtime {

/// What is known of each value of a plan.
struct Shapes {
  /// Extents; -1 where they are not known yet.
  std::vector<Dims> dims;
  /// Elements of integer and boolean values as far as they are known.
  std::vector<ops::HostValue> host;
  /// Steps [0, resolved) have outputs of known extents.
  size_t resolved = 0;

  const Dims& of(int32_t value) const { return dims[static_cast<size_t>(value)]; }
};

/// What the plan says alone: constants' small integers and the extents known at build.
Shapes initial_shapes(const engine::Plan& plan, const std::byte* constants);

/// What to do at a step whose output extents are not all known, or that has regions.
enum class AtUnknown {
  Stop,   ///< before it
  GoOn,   ///< with unknown extents
  Bound,  ///< with the most that it can give, where the op tells
};

/// Runs the shape rules of steps from `shapes.resolved` on, with the inputs' dims and host elements
/// as they are in `shapes`. Throws UserError that names the step when its rule refuses the shapes
/// or contradicts the plan.
void resolve_shapes(const engine::Plan& plan, Shapes& shapes, AtUnknown at_unknown);

}  // namespace trtlike::runtime
