// A scheduler whose clock, CPUs and neighbours are the test's.
#pragma once

#include <initializer_list>

#include "core/os/scheduler.h"

namespace trtlike::testing {

inline cpu_set_t cpus(std::initializer_list<size_t> numbers) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const size_t number : numbers) CPU_SET(number, &set);
  return set;
}

struct FakeScheduler final : core::Scheduler {
  int64_t now_ns() const override { return now; }
  int64_t involuntary_switches() const override { return switches; }
  void yield() const override {
    ++yields;
    now += yield_ns;
  }
  int current_cpu() const override { return cpu; }
  bool get_affinity(cpu_set_t& set) const override {
    set = affinity;
    return true;
  }
  /// The thread goes to the first CPU of the set unless it is on one.
  bool set_affinity(const cpu_set_t& set) const override {
    ++moves;
    affinity = set;
    while (!CPU_ISSET(static_cast<size_t>(cpu), &affinity)) cpu = (cpu + 1) % CPU_SETSIZE;
    return true;
  }
  bool may_move() const override { return is_movable; }

  mutable int64_t now = 0;
  int64_t switches = 0;
  int64_t yield_ns = 1'000;  ///< how long a yield takes
  mutable int yields = 0, moves = 0, cpu = 0;
  mutable cpu_set_t affinity = cpus({0, 1});
  bool is_movable = true;
};

}  // namespace trtlike::testing
