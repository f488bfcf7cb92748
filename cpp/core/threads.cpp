// Thread pools as task arenas of oneTBB.
#include "core/threads.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string>

#include "core/check.h"
#include "core/environment.h"

namespace trtlike::core {
namespace {

int cpus_by_quota() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 1 << 16;
  return std::max(1, static_cast<int>(std::ceil(std::stod(quota) / period)));
}

int usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int by_affinity = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return std::max(1, std::min(by_affinity, cpus_by_quota()));
}

}  // namespace

int default_num_threads() {
  const std::string text = environment(Switch::NumThreads);
  if (text.empty()) return usable_cpus();
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  TRTLIKE_CHECK(error == std::errc() && end == text.data() + text.size() && n >= 1 && n <= 1024,
                "[core] TRTLIKE_NUM_THREADS: expected a number from 1 to 1024, got '", text, "'.");
  return n;
}

struct ThreadPool::Impl {
  explicit Impl(int n)
      : control(oneapi::tbb::global_control::max_allowed_parallelism,
                std::max<size_t>(static_cast<size_t>(n), static_cast<size_t>(usable_cpus()))),
        arena(n) {
    arena.initialize();
  }
  oneapi::tbb::global_control control;
  oneapi::tbb::task_arena arena;
};

ThreadPool::ThreadPool(int num_threads) : num_threads_(std::max(1, num_threads)) {
  if (num_threads_ > 1) impl_ = std::make_unique<Impl>(num_threads_);
}

ThreadPool::~ThreadPool() = default;

void ThreadPool::run(int slices, Body body, void* state) const {
  if (num_threads_ == 1 || slices <= 1) {
    const int worker =
        num_threads_ == 1 ? 0 : std::max(0, oneapi::tbb::this_task_arena::current_thread_index());
    for (int i = 0; i < slices; ++i) body(state, i, worker % num_threads_);
    return;
  }
  impl_->arena.execute([&] {
    oneapi::tbb::parallel_for(
        0, slices,
        [&](int i) { body(state, i, oneapi::tbb::this_task_arena::current_thread_index()); },
        oneapi::tbb::simple_partitioner());
  });
}

void ThreadPool::enter(void (*body)(void* state), void* state) const {
  if (num_threads_ == 1) {
    body(state);
  } else {
    impl_->arena.execute([&] { body(state); });
  }
}

}  // namespace trtlike::core
