// Cache lines by name.
#include "core/os/cache.h"

#include <fstream>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace trtlike::core {

size_t last_level_cache_bytes() {
  // sysconf gives the sum over a socket's parts, of which a thread has one.
  static const size_t n = [] {
    std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index3/size");
    size_t kilobytes = 0;
    return file >> kilobytes && kilobytes > 0 ? kilobytes << 10 : size_t{32} << 20;
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
