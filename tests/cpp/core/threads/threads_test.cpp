// Pools share threads and leave the caller's alone.
#include "core/threads/threads.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

#include "trtlike/error.h"

namespace trtlike::core {
namespace {

/// Adds up i over the slices of a few phases.
int64_t add_up(const ThreadPool& pool) {
  std::atomic<int64_t> sum{0};
  const std::vector<int> counts{100, 1, 50};
  pool.run(
      counts,
      [](void* state, int, int slice, int) { *static_cast<std::atomic<int64_t>*>(state) += slice; },
      &sum);
  return sum;
}

TEST(ThreadPool, one_thread_runs_all_slices_in_order) {
  const ThreadPool pool(1);
  std::vector<int> seen;
  pool.parallel_for(5, [&](int slice, int worker) {
    EXPECT_EQ(worker, 0);
    seen.push_back(slice);
  });
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(ThreadPool, workers_are_numbered_below_the_count) {
  const ThreadPool pool(3);
  std::atomic<int> wrong{0};
  pool.parallel_for(1000, [&](int, int worker) { wrong += worker < 0 || worker >= 3; });
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPool, several_pools_work_at_once_and_come_and_go) {
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&] {
      for (int n = 0; n < 20; ++n) {
        const ThreadPool pool(2);
        for (int run = 0; run < 50; ++run) wrong += add_up(pool) != 4950 + 1225;
      }
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPool, leaves_the_callers_affinity_as_it_was) {
  cpu_set_t before, after;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  const ThreadPool pool(2);
  for (int run = 0; run < 200; ++run) add_up(pool);
  ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(ThreadPool, what_a_slice_throws_reaches_the_caller_and_the_next_run_works) {
  for (const int threads : {1, 2, 4}) {
    const ThreadPool pool(threads);
    for (int round = 0; round < 100; ++round) {
      std::atomic<int> later{0};
      struct State {
        std::atomic<int>* later;
        int bad;
      } state{&later, round % 20};
      const std::vector<int> counts{20, 1, 30};
      const auto body = [](void* data, int phase, int slice, int) {
        const auto& s = *static_cast<State*>(data);
        if (phase == 0 && slice == s.bad) throw UserError("slice");
        if (phase == 2) ++*s.later;
      };
      EXPECT_THROW(pool.run(counts, body, &state), UserError);
      EXPECT_EQ(later, 0);
      EXPECT_EQ(add_up(pool), 4950 + 1225);
    }
  }
}

}  // namespace
}  // namespace trtlike::core
