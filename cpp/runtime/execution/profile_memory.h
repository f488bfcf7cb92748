// Memory that a context needs at the largest shapes of a profile.
#pragma once

#include <cstdint>

#include "engine/loaded_plan.h"
#include "runtime/execution/resolve.h"

namespace trtlike::runtime {

/// Arena bytes (activations, shared memory and scratch of the plan's threads) at the profile's
/// largest shapes; 0 when the profile leaves an extent open. Prepares every step once. The builder
/// stores it in PlanProfile::memory_bytes.
int64_t profile_memory_bytes(const engine::LoadedPlan& loaded, int profile);

/// Shapes of every value at the profile's largest, with what data-dependent extents do not exceed;
/// -1 where nothing bounds them.
Shapes largest_shapes(const engine::LoadedPlan& loaded, int profile);

}  // namespace trtlike::runtime
