// What holds for every step of a plan, at load and at the shapes of a run: the validator and the
// resolution of shapes ask the same questions.
#pragma once

#include <optional>
#include <string>

#include "ops/op.h"

namespace trtlike::engine {

/// Why shapes cannot be computed from the elements of an operand of this type ("expected integers,
/// ..."); nothing where they can. Unknown extents are given the benefit of the doubt.
std::optional<std::string> refuse_host_input(const ops::TensorType& type);

/// What is known of extents from the shape rule and from the plan; nothing where they contradict.
std::optional<Dims> merge_extents(const Dims& inferred, const Dims& planned);

}  // namespace trtlike::engine
