// The reference tactic: any op that has a reference computation, on dense linear operands, in one
// slice.
#pragma once

#include <string_view>

#include "kernels/tactic.h"

namespace trtlike::kernels {

inline constexpr const char* kReferenceName = "reference";

/// Null when the op has no reference computation.
const Tactic* reference_tactic(std::string_view op);

/// Why the op's reference does not compute operands that are stored in these types; nothing where
/// it does. Weights and what else may be packed it reads in any floating-point type, other operands
/// as the op's rule has them. Extents may be unknown.
std::optional<std::string> refuse_stored_types(const ops::OpDefinition& op,
                                               const ops::Attributes& attributes,
                                               std::span<const ops::TensorType> inputs,
                                               std::span<const ops::TensorType> outputs);

}  // namespace trtlike::kernels
