// Threads are told apart by the address of something that each has of its own.
#include "runtime/context_user.h"

#include "core/check.h"

namespace trtlike::runtime {
namespace {

uintptr_t this_thread() {
  static thread_local char own;
  return reinterpret_cast<uintptr_t>(&own);
}

}  // namespace

void ContextUser::enter(const char* what) {
  TRTLIKE_CHECK(!is_in_run(), "[runtime] ", what,
                ": expected a call when the run is over, got one from a callback of this context's "
                "own run.");
  uintptr_t thread = 0;
  if (!thread_.compare_exchange_strong(thread, this_thread(), std::memory_order_acquire,
                                       std::memory_order_relaxed))
    TRTLIKE_CHECK(thread == this_thread(), "[runtime] ", what,
                  ": expected a context that belongs to this thread, got one in use by another "
                  "thread. Create a context for each thread.");
  ++depth_;
}

void ContextUser::leave() {
  if (--depth_ == 0) thread_.store(0, std::memory_order_release);
}

bool ContextUser::is_in_run() const {
  return running_thread_.load(std::memory_order_relaxed) == this_thread();
}

InRun::InRun(ContextUser& user) : user_(user) {
  user_.running_thread_.store(this_thread(), std::memory_order_relaxed);
}

InRun::~InRun() { user_.running_thread_.store(0, std::memory_order_relaxed); }

}  // namespace trtlike::runtime
