// Constants as tactics pack them, and as kernels read them from a plan.
#pragma once

#include <span>
#include <vector>

#include "core/strings.h"
#include "kernels/tactic.h"
#include "trtlike/error.h"

namespace trtlike::kernels {

/// The packed constants. Throws PlanError unless there are as many bytes as the kernel reads.
inline const std::byte* read_packed(std::span<const std::byte> packed, size_t bytes) {
  if (packed.size() != bytes)
    throw PlanError(core::str("[kernels] packed constants: expected ", bytes, " bytes, got ",
                              packed.size(), ". Rebuild the plan."));
  return packed.data();
}

/// The elements of constant input `i`, of any floating-point type; none where it is absent.
std::vector<float> constant_floats(const Problem& problem, size_t i);

}  // namespace trtlike::kernels
