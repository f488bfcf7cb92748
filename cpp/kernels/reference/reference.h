// The reference tactic: any op that has a reference computation, on dense linear operands, in one
// slice.
#pragma once

#include <string_view>

#include "kernels/tactic.h"

namespace trtlike::kernels {

inline constexpr const char* kReferenceName = "reference";

/// Null when the op has no reference computation.
const Tactic* reference_tactic(std::string_view op);

}  // namespace trtlike::kernels
