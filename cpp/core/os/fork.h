// Processes that were forked: a child has its parent's memory and none of its other threads.
#pragma once

#include <cstdint>

namespace trtlike::core {

/// Another number in each child of a fork. What waits for a thread remembers the number it had when
/// the thread began: under another one the thread is not here.
uint64_t fork_generation();

}  // namespace trtlike::core
