// The checksum of plans and caches.
#define XXH_INLINE_ALL
#include "core/bytes.h"

#include <xxhash.h>

namespace trtlike::core {

uint64_t checksum(const void* data, size_t bytes) { return XXH3_64bits(data, bytes); }

}  // namespace trtlike::core
