// Memory that a context needs at the largest shapes of a profile.
#pragma once

#include <cstdint>

#include "engine/plan.h"

namespace trtlike::runtime {

/// Arena bytes (activations, shared memory and scratch of the plan's threads) at the profile's
/// largest shapes; 0 when the profile leaves an extent open. Prepares every step once. The builder
/// stores it in PlanProfile::memory_bytes.
int64_t profile_memory_bytes(const engine::LoadedPlan& loaded, int profile);

/// Shapes of every value at the profile's min (0), opt (1) or max (2); -1 for what does not follow
/// from them.
struct ProfileShapes {
  std::vector<Dims> dims;
};
ProfileShapes profile_shapes(const engine::LoadedPlan& loaded, int profile, int which);

}  // namespace trtlike::runtime
