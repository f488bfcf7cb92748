// Where buffers lie in one arena so that those that live at the same time do not overlap.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace trtlike::engine {

/// A buffer that must keep its bytes from time `first` to time `last`, both included.
struct Lifetime {
  size_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct MemoryPlan {
  /// One a buffer, multiples of 64.
  std::vector<size_t> offsets;
  size_t arena_bytes = 0;
  /// The most bytes that live at one time: no arena can be smaller.
  size_t lower_bound_bytes = 0;
};

/// The most bytes (each buffer rounded up to 64) that live at one time.
size_t live_bytes(std::span<const Lifetime> lifetimes);

/// Greedy best fit, largest first, with a few orders tried until the lower bound is met.
/// Deterministic. Throws UserError when the bytes do not fit 62 bits.
MemoryPlan plan_memory(std::span<const Lifetime> lifetimes);

}  // namespace trtlike::engine
