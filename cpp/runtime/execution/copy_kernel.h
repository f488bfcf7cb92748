// Copying bytes, as a kernel: what is left of a view or a concatenation that could not be aliased.
#pragma once

#include <memory>

#include "engine/alias_plan.h"
#include "kernels/tactic.h"

namespace trtlike::runtime {

/// Copies input 0 to output 0; both pointers include the copy's offsets.
std::unique_ptr<kernels::Kernel> make_copy_kernel(const engine::Copy& copy, int threads);

}  // namespace trtlike::runtime
