// Cache lines by name.
#include "core/cache.h"

#include <unistd.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace trtlike::core {

size_t last_level_cache_bytes() {
  static const size_t n = [] {
    const long bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
    return bytes > 0 ? static_cast<size_t>(bytes) : size_t{32} << 20;
  }();
  return n;
}

void evict([[maybe_unused]] const void* data, [[maybe_unused]] size_t bytes) {
#if defined(__x86_64__)
  constexpr size_t kLine = 64;
  const char* at = static_cast<const char*>(data);
  for (size_t i = 0; i < bytes; i += kLine) _mm_clflush(at + i);
  _mm_mfence();
#endif
}

}  // namespace trtlike::core
