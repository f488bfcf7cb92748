// Sharing slices of work among threads. All pools share the process's worker threads.
#pragma once

#include <memory>
#include <span>
#include <type_traits>

namespace trtlike::core {

/// The CPUs that the process may use (affinity and cgroup quota), or TRTLIKE_NUM_THREADS.
int default_num_threads();

/// Runs numbered slices on up to num_threads() threads, the caller among them.
class ThreadPool {
 public:
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const { return num_threads_; }

  /// Calls body(state, phase, slice, worker) for every slice in [0, counts[phase]), each once, in
  /// any order, phase after phase; worker is in [0, num_threads()) and no two calls with one worker
  /// overlap. Slices are taken as threads become free. After a body threw no further slice begins,
  /// and what it threw is thrown here. The body must not come back here. Allocates nothing of its
  /// own.
  using Body = void (*)(void* state, int phase, int slice, int worker);
  void run(std::span<const int> counts, Body body, void* state) const;

  /// Calls body(slice, worker) for every slice of a single phase.
  template <typename F>
  void parallel_for(int slices, F&& body) const {
    run(
        {&slices, 1},
        [](void* state, int, int slice, int worker) {
          (*static_cast<std::remove_reference_t<F>*>(state))(slice, worker);
        },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  int num_threads_;
};

}  // namespace trtlike::core
