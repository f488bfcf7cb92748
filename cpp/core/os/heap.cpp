// glibc keeps freed blocks of up to 32 MiB for itself; others have no such call.
#include "core/os/heap.h"

#include <cstdlib>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace trtlike::core {

void release_free_memory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace trtlike::core
