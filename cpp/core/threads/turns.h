// Sharing CPUs with other programs' threads. A thread that is taken off its CPU in the middle of a
// slice keeps its whole team waiting; one that steps aside between two slices does not.
#pragma once

#include <sched.h>

#include <cstdint>
#include <optional>

namespace trtlike::core {

/// Of one thread at a time.
class Turns {
 public:
  /// Called between slices: true where another thread has lately taken the CPU away and would soon
  /// do so again.
  bool is_over();
  /// Lets others have the CPU, holding nothing that anybody waits for; true if one took it.
  bool yield();

 private:
  bool was_interrupted();

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
  Avoidance() = default;
  Avoidance(const Avoidance&) = delete;
  Avoidance& operator=(const Avoidance&) = delete;
  /// Lifts what was imposed on the calling thread.
  ~Avoidance();

  /// Moves the calling thread elsewhere if it runs on `cpu` and may.
  void leave(int cpu);

 private:
  std::optional<cpu_set_t> allowed_;  ///< before the first move
  bool has_choice_ = true;
};

/// The CPU that the calling thread runs on.
int current_cpu();

}  // namespace trtlike::core
