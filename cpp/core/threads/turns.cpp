// Involuntary context switches tell of a neighbour on this CPU; how long a yield takes tells
// whether it is still there.
#include "core/threads/turns.h"

#include <sched.h>
#include <sys/resource.h>

#include <utility>

#include "core/os/clock.h"

namespace trtlike::core {
namespace {

/// Schedulers let a thread run for 3 or 4 ms before another one's turn.
constexpr int64_t kTurnNs = 1'800'000;
constexpr int64_t kLookNs = 1'000'000;
/// A yield of this length gave the CPU to someone.
constexpr int64_t kTakenNs = 50'000;
constexpr int64_t kMemoryNs = 100'000'000;
constexpr int kCallsPerLook = 8;

int64_t involuntary_switches() {
  rusage usage{};
  return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
}

}  // namespace

bool Turns::was_interrupted() {
  const int64_t before = std::exchange(switches_, involuntary_switches());
  return before >= 0 && switches_ != before;
}

bool Turns::is_over() {
  if (!is_contended_ && ++calls_ % kCallsPerLook != 0) return false;
  const int64_t now = now_ns();
  if (now - looked_ns_ >= kLookNs) {
    looked_ns_ = now;
    if (was_interrupted()) {
      is_contended_ = true;
      contended_until_ns_ = now + kMemoryNs;
      since_ns_ = now;
    }
  }
  return is_contended_ && now - since_ns_ >= kTurnNs;
}

bool Turns::yield() {
  const int64_t before = now_ns();
  sched_yield();
  since_ns_ = looked_ns_ = now_ns();
  switches_ = involuntary_switches();
  const bool is_taken = since_ns_ - before > kTakenNs;
  if (is_taken) contended_until_ns_ = since_ns_ + kMemoryNs;
  is_contended_ = since_ns_ < contended_until_ns_;
  return is_taken;
}

Avoidance::~Avoidance() {
  if (allowed_) sched_setaffinity(0, sizeof *allowed_, &*allowed_);
}

void Avoidance::leave(int cpu) {
  if (!has_choice_ || cpu != current_cpu()) return;
  if (!allowed_) {
    cpu_set_t set;
    CPU_ZERO(&set);
    has_choice_ = sched_getaffinity(0, sizeof set, &set) == 0;
    if (has_choice_) allowed_ = set;
  }
  if (!allowed_) return;
  cpu_set_t others = *allowed_;
  CPU_CLR(static_cast<size_t>(cpu), &others);
  has_choice_ = CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0;
}

int current_cpu() { return sched_getcpu(); }

}  // namespace trtlike::core
