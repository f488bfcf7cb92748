// malloc and its family, counted and passed on to glibc.
#include "support/allocation_counter.h"

#include <atomic>
#include <cstddef>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TRTLIKE_COUNT_ALLOCATIONS
#endif

namespace trtlike::test {
namespace {

std::atomic<int64_t> allocations{0};

}  // namespace

int64_t allocation_count() { return allocations.load(); }

bool counts_allocations() {
#ifdef TRTLIKE_COUNT_ALLOCATIONS
  return true;
#else
  return false;
#endif
}

#ifdef TRTLIKE_COUNT_ALLOCATIONS
extern "C" {

void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* memory, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

__attribute__((visibility("default"))) void* malloc(size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(bytes);
}

__attribute__((visibility("default"))) void* calloc(size_t count, size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, bytes);
}

__attribute__((visibility("default"))) void* realloc(void* memory, size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(memory, bytes);
}

__attribute__((visibility("default"))) void* aligned_alloc(size_t alignment, size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_memalign(alignment, bytes);
}

}  // extern "C"
#endif

}  // namespace trtlike::test
