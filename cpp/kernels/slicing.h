// Cutting independent units of work into slices.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace trtlike::kernels {

/// Units [0, units) in `count` contiguous slices of nearly equal size.
struct Slicing {
  int64_t units = 0;
  int count = 1;

  std::pair<int64_t, int64_t> range(int slice) const {
    return {units * slice / count, units * (slice + 1) / count};
  }
};

/// Elements that a slice should touch at least: sharing less costs more than it gains.
inline constexpr int64_t kMinSliceElems = 4096;

/// Several slices a thread, so that a thread that is late delays little, but none smaller than
/// kMinSliceElems where a unit touches `unit_elems` elements.
inline Slicing cut(int64_t units, int64_t unit_elems, int threads) {
  const int64_t wanted = threads <= 1 ? 1 : 4 * static_cast<int64_t>(threads);
  const int64_t worthwhile = units * std::max<int64_t>(unit_elems, 1) / kMinSliceElems;
  const int64_t count = std::min({wanted, units, std::max<int64_t>(worthwhile, 1)});
  return {units, static_cast<int>(std::max<int64_t>(count, 1))};
}

}  // namespace trtlike::kernels
