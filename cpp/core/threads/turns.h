// Sharing CPUs with other programs' threads. A thread that is taken off its CPU in the middle of a
// slice keeps its whole team waiting; one that steps aside between two slices does not.
#pragma once

#include <cstdint>
#include <optional>

#include "core/os/scheduler.h"

namespace trtlike::core {

/// How long a thread keeps what others wait for: a CPU that it shares with another program, or its
/// place in a team while other teams want a helper. Linux lets a thread run for 3 to 4 ms before
/// another one's turn: well below that a yield comes first.
inline constexpr int64_t kTurnNs = 1'800'000;

/// Of one thread at a time.
class Turns {
 public:
  explicit Turns(const Scheduler& scheduler = system_scheduler()) : scheduler_(&scheduler) {}
  /// Called between slices: true where another thread has lately taken the CPU away and would soon
  /// do so again.
  bool is_over();
  /// Lets others have the CPU, holding nothing that anybody waits for; true if one took it.
  bool yield();

 private:
  bool was_interrupted();

  const Scheduler* scheduler_;
  unsigned calls_ = 0;
  bool is_contended_ = false;
  int64_t contended_until_ns_ = 0;
  int64_t since_ns_ = 0;  ///< of the present turn
  int64_t looked_ns_ = 0;
  int64_t switches_ = -1;
};

/// Keeps a thread off a CPU: one that another program fills, or that of the thread it helps, with
/// which schedulers put it together where a program fills the rest.
class Avoidance {
 public:
  explicit Avoidance(const Scheduler& scheduler = system_scheduler()) : scheduler_(&scheduler) {}
  Avoidance(const Avoidance&) = delete;
  Avoidance& operator=(const Avoidance&) = delete;
  ~Avoidance() { lift(); }

  /// Moves the calling thread elsewhere if it runs on `cpu` and may.
  void leave(int cpu);
  /// Gives the calling thread back the CPUs that it had.
  void lift();

 private:
  const Scheduler* scheduler_;
  std::optional<cpu_set_t> allowed_;  ///< before the first move
  bool has_choice_ = true;
};

}  // namespace trtlike::core
