// Counting forks.
#include "core/os/fork.h"

#include <pthread.h>

#include <atomic>

namespace trtlike::core {
namespace {

std::atomic<uint64_t>& generation() {
  static std::atomic<uint64_t> instance{0};
  return instance;
}

}  // namespace

uint64_t fork_generation() {
  static const bool is_counting =
      pthread_atfork(nullptr, nullptr, [] { generation().fetch_add(1); }) == 0;
  static_cast<void>(is_counting);
  return generation().load(std::memory_order_relaxed);
}

}  // namespace trtlike::core
