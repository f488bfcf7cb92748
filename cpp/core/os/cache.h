// The CPU's outermost cache: its size, and putting data out of all caches.
#pragma once

#include <cstddef>

namespace trtlike::core {

/// Bytes of the last-level cache; where the system does not say, those of a middling server.
size_t last_level_cache_bytes();

/// Writes back and drops what the caches hold of a block, so that the next reader fetches it from
/// memory. Does nothing on machines without such an instruction.
void evict(const void* data, size_t bytes);

}  // namespace trtlike::core
