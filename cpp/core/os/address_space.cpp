// Mapping a block, and giving it back at once.
#include "core/os/address_space.h"

#include <sys/mman.h>

#include "core/check.h"

namespace trtlike::core {

void check_address_space(size_t bytes, const char* what) {
  void* block = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  TRTLIKE_CHECK(block != MAP_FAILED, "[core] ", what, ": expected ", bytes >> 20,
                " MiB of address space to be left, got less. Raise the process's limit (ulimit -v)"
                " or build for smaller shapes.");
  munmap(block, bytes);
}

}  // namespace trtlike::core
