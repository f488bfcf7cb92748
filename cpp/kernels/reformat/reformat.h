// The reformat family: y = x, element by element in logical order, where the layouts and the
// storage types (f32, f16, bf16 in any combination; equal types of any other kind) of x and y
// differ. Pitches in and out. Input and output must not overlap unless their descriptions are
// equal.
#pragma once

#include "kernels/tactic.h"

namespace trtlike::kernels::reformat {

std::optional<std::string> refuse(const Problem& problem);
std::unique_ptr<Kernel> prepare(const Problem& problem, core::Isa isa);

}  // namespace trtlike::kernels::reformat
