// Involuntary context switches tell of a neighbour on this CPU; how long a yield takes tells
// whether it is still there.
#include "core/threads/turns.h"

#include <utility>

namespace trtlike::core {
namespace {

constexpr int64_t kLookNs = 1'000'000;
/// A yield of this length gave the CPU to someone.
constexpr int64_t kTakenNs = 50'000;
constexpr int64_t kMemoryNs = 100'000'000;
constexpr int kCallsPerLook = 8;

}  // namespace

bool Turns::was_interrupted() {
  const int64_t before = std::exchange(switches_, scheduler_->involuntary_switches());
  return before >= 0 && switches_ != before;
}

bool Turns::is_over() {
  if (!is_contended_ && ++calls_ % kCallsPerLook != 0) return false;
  const int64_t now = scheduler_->now_ns();
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
  const int64_t before = scheduler_->now_ns();
  scheduler_->yield();
  since_ns_ = looked_ns_ = scheduler_->now_ns();
  switches_ = scheduler_->involuntary_switches();
  const bool is_taken = since_ns_ - before > kTakenNs;
  if (is_taken) contended_until_ns_ = since_ns_ + kMemoryNs;
  is_contended_ = since_ns_ < contended_until_ns_;
  return is_taken;
}

void Avoidance::leave(int cpu) {
  if (!has_choice_ || cpu != scheduler_->current_cpu()) return;
  if (!allowed_) {
    cpu_set_t cpus;
    has_choice_ = scheduler_->may_move() && scheduler_->get_affinity(cpus);
    if (!has_choice_) return;
    allowed_ = cpus;
  }
  cpu_set_t others = *allowed_;
  CPU_CLR(static_cast<size_t>(cpu), &others);
  has_choice_ = CPU_COUNT(&others) > 0 && scheduler_->set_affinity(others);
}

void Avoidance::lift() {
  if (allowed_) scheduler_->set_affinity(*allowed_);
  allowed_.reset();
}

}  // namespace trtlike::core
