// Slices as parts of their input.
#include "engine/alias_slice.h"

#include "engine/alias_tree.h"

namespace trtlike::engine {

std::optional<SliceBand> find_slice_band(const ConcretePlan& concrete, size_t step) {
  if (concrete.plan_step(step).op != "Slice") return std::nullopt;
  return std::nullopt;
}

}  // namespace trtlike::engine
