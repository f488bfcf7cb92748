// Thread pools: teams whose helpers are threads of oneTBB.
#include "core/threads/threads.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <exception>
#include <map>
#include <mutex>
#include <string>

#include "core/check.h"
#include "core/os/environment.h"
#include "core/os/scheduler.h"
#include "core/threads/team.h"

namespace trtlike::core {
int default_num_threads() {
  const std::string text = environment(Switch::NumThreads);
  if (text.empty()) return usable_cpus();
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  TRTLIKE_CHECK(error == std::errc() && end == text.data() + text.size() && n >= 1 && n <= 1024,
                "[core] TRTLIKE_NUM_THREADS: expected a number from 1 to 1024, got '", text, "'.");
  return n;
}

namespace {

/// Of all pools of at most as many threads. Never ends: what was asked of an arena that ends before
/// a thread came is lost with all that it holds.
oneapi::tbb::task_arena& shared_arena(int max_threads) {
  static std::mutex mutex;
  static auto& arenas = *new std::map<int, oneapi::tbb::task_arena>;
  const std::lock_guard lock(mutex);
  return arenas.try_emplace(max_threads, max_threads).first->second;
}

}  // namespace

struct ThreadPool::Impl {
  explicit Impl(int n)
      : max_threads(std::max(n, usable_cpus())),
        control(oneapi::tbb::global_control::max_allowed_parallelism,
                static_cast<size_t>(max_threads)),
        arena(shared_arena(max_threads)),
        team(std::make_shared<Team>(n, max_threads, enlist, this)) {
    arena.initialize();
  }

  /// Where the system gives no thread the callers go on alone.
  static bool enlist(void* state) {
    Impl& impl = *static_cast<Impl*>(state);
    try {
      impl.arena.enqueue([team = impl.team] { team->help(); });
    } catch (const std::exception&) {
      return false;
    }
    return true;
  }

  int max_threads;
  oneapi::tbb::global_control control;
  oneapi::tbb::task_arena& arena;
  std::shared_ptr<Team> team;  ///< helpers leave it later than the pool does
};

ThreadPool::ThreadPool(int num_threads) : num_threads_(std::max(1, num_threads)) {
  if (num_threads_ > 1) impl_ = std::make_unique<Impl>(num_threads_);
}

ThreadPool::~ThreadPool() = default;

namespace {

/// A body whose exceptions wait for the end of the run: none may leave a helper thread. On a cache
/// line of its own, since every slice reads it and the caller's stack around it is written.
struct alignas(64) Guarded {
  ThreadPool::Body body;
  void* state;
  std::atomic<bool> has_failed{false};
  std::exception_ptr failure{};

  static void run(void* data, int phase, int slice, int worker) {
    auto& guarded = *static_cast<Guarded*>(data);
    if (guarded.has_failed.load(std::memory_order_relaxed)) return;
    try {
      guarded.body(guarded.state, phase, slice, worker);
    } catch (...) {
      if (!guarded.has_failed.exchange(true)) guarded.failure = std::current_exception();
    }
  }
};

}  // namespace

void ThreadPool::run(std::span<const int> counts, Body body, void* state) const {
  if (impl_) {
    Guarded guarded{body, state};
    impl_->team->run(counts, Guarded::run, &guarded);
    if (guarded.failure) std::rethrow_exception(guarded.failure);
    return;
  }
  for (size_t phase = 0; phase < counts.size(); ++phase)
    for (int slice = 0; slice < counts[phase]; ++slice)
      body(state, static_cast<int>(phase), slice, 0);
}

}  // namespace trtlike::core
