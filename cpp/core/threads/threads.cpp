// Thread pools: teams whose helpers are threads of oneTBB.
#include "core/threads/threads.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <utility>

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

/// The teams of all pools that want a thread, in the order of their asking.
class WantingTeams {
 public:
  void add(std::shared_ptr<Team> team) {
    const std::lock_guard lock(mutex_);
    teams_.push_back(std::move(team));
  }

  /// False where a thread took it already.
  bool remove(const std::shared_ptr<Team>& team) {
    const std::lock_guard lock(mutex_);
    const auto at = std::find(teams_.begin(), teams_.end(), team);
    if (at == teams_.end()) return false;
    teams_.erase(at);
    return true;
  }

  std::shared_ptr<Team> take() {
    const std::lock_guard lock(mutex_);
    if (teams_.empty()) return nullptr;
    std::shared_ptr<Team> team = std::move(teams_.front());
    teams_.pop_front();
    return team;
  }

 private:
  std::mutex mutex_;
  std::deque<std::shared_ptr<Team>> teams_;
};

WantingTeams& wanting_teams() {
  static auto& teams = *new WantingTeams;
  return teams;
}

void help_wanting_teams() {
  while (const std::shared_ptr<Team> team = wanting_teams().take()) team->help();
}

/// Of all pools of at most as many threads. Never ends: an arena that ends loses what was asked of
/// it.
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
    bool is_listed = false;
    try {
      wanting_teams().add(impl.team);
      is_listed = true;
      impl.arena.enqueue(help_wanting_teams);
    } catch (const std::exception&) {
      return is_listed && !wanting_teams().remove(impl.team);
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
