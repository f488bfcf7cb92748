// From problems of the element-wise ops to pointwise programs on broadcast operands: one engine
// runs them all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernels/tactic.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::kernels::pointwise {

struct Lowered {
  ops::PointwiseProgram program;
  /// For each input of the program: which of the problem's it is, and its description with extents
  /// that broadcast.
  std::vector<size_t> inputs;
  std::vector<TensorDesc> operands;
};

/// Throws UserError when the program's text is not one. Nothing, with the reason in `refusal`, when
/// the op must not be computed in float on these types or shapes.
std::optional<Lowered> lower(const Problem& problem, std::string& refusal);

}  // namespace trtlike::kernels::pointwise
