// Packed constants as kernels read them from a plan.
#pragma once

#include <span>

#include "core/strings.h"
#include "trtlike/error.h"

namespace trtlike::kernels {

/// The packed constants. Throws PlanError unless there are as many bytes as the kernel reads.
inline const std::byte* read_packed(std::span<const std::byte> packed, size_t bytes) {
  if (packed.size() != bytes)
    throw PlanError(core::str("[kernels] packed constants: expected ", bytes, " bytes, got ",
                              packed.size(), ". Rebuild the plan."));
  return packed.data();
}

}  // namespace trtlike::kernels
