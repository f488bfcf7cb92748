// Linux's scheduler.
#include "core/os/scheduler.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "core/os/clock.h"
#include "core/os/environment.h"

namespace trtlike::core {
namespace {

/// Empty where the system refuses.
cpu_set_t affinity() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) CPU_ZERO(&cpus);
  return cpus;
}

/// What threads have that nobody pinned.
const cpu_set_t kAffinityAtStart = affinity();

class SystemScheduler final : public Scheduler {
 public:
  int64_t now_ns() const override { return core::now_ns(); }
  int64_t involuntary_switches() const override {
    rusage usage{};
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
  }
  void yield() const override { sched_yield(); }
  int current_cpu() const override { return core::current_cpu(); }
  bool get_affinity(cpu_set_t& cpus) const override {
    cpus = affinity();
    return CPU_COUNT(&cpus) > 0;
  }
  bool set_affinity(const cpu_set_t& cpus) const override {
    return sched_setaffinity(0, sizeof cpus, &cpus) == 0;
  }
  bool may_move() const override {
    const std::string keep = environment(Switch::KeepAffinity);
    cpu_set_t cpus;
    return (keep.empty() || keep == "0") && get_affinity(cpus) &&
           CPU_EQUAL(&cpus, &kAffinityAtStart);
  }
};

int cpus_by_quota() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 1 << 16;
  return std::max(1, static_cast<int>(std::ceil(std::stod(quota) / period)));
}

}  // namespace

const Scheduler& system_scheduler() {
  static const SystemScheduler scheduler;
  return scheduler;
}

int usable_cpus() {
  const cpu_set_t cpus = affinity();
  return std::max(1, std::min(CPU_COUNT(&cpus), cpus_by_quota()));
}

}  // namespace trtlike::core
