// When a slice is a range of bytes, or a band of channels, of its input.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/concrete_plan.h"

namespace trtlike::engine {

struct SliceBand {
  int64_t offset_bytes = 0;
  /// Channels-last bands: elements from pixel to pixel; 0 when the slice is dense.
  int64_t pitch = 0;
};

/// Nothing when the step is no slice, or one that must be computed.
std::optional<SliceBand> find_slice_band(const ConcretePlan& concrete, size_t step);

}  // namespace trtlike::engine
