// What the operating system's scheduler tells a thread of itself, and lets it ask for.
#pragma once

#include <sched.h>

#include <cstdint>

namespace trtlike::core {

/// All of it is about the calling thread. A class, so that tests can be the scheduler.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual int64_t now_ns() const = 0;
  /// How often the thread was taken off a CPU so far.
  virtual int64_t involuntary_switches() const = 0;
  virtual void yield() const = 0;
  virtual int current_cpu() const = 0;
  /// False where the system refuses.
  virtual bool get_affinity(cpu_set_t& cpus) const = 0;
  virtual bool set_affinity(const cpu_set_t& cpus) const = 0;
  /// True where a thread's CPUs may be changed for a while: neither TRTLIKE_KEEP_AFFINITY forbids
  /// it, nor did the program give the thread other CPUs than the process had at its start.
  virtual bool may_move() const = 0;
};

const Scheduler& system_scheduler();

/// The CPU that the calling thread runs on.
inline int current_cpu() { return sched_getcpu(); }

/// The CPUs that the process may use: affinity and cgroup quota.
int usable_cpus();

}  // namespace trtlike::core
