// The process's allocator of small blocks.
#pragma once

namespace trtlike::core {

/// Gives freed memory that the allocator has kept back to the system.
void release_free_memory();

}  // namespace trtlike::core
