// What Linux's scheduler says of threads. Suites named RealScheduler depend on what else the
// machine does, and run under the long label.
#include "core/os/scheduler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "core/threads/turns.h"

namespace trtlike::core {
namespace {

void pin(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(cpu), &one);
  ASSERT_TRUE(system_scheduler().set_affinity(one));
}

int num_allowed() {
  cpu_set_t cpus;
  EXPECT_TRUE(system_scheduler().get_affinity(cpus));
  return CPU_COUNT(&cpus);
}

TEST(Scheduler, a_thread_that_the_program_pinned_may_not_be_moved) {
  if (num_allowed() < 2) GTEST_SKIP() << "a single CPU";
  std::thread([] {
    EXPECT_TRUE(system_scheduler().may_move());
    pin(current_cpu());
    EXPECT_FALSE(system_scheduler().may_move());
  }).join();
}

TEST(Scheduler, no_thread_may_be_moved_where_the_switch_says_so) {
  ASSERT_EQ(setenv("TRTLIKE_KEEP_AFFINITY", "1", 1), 0);
  EXPECT_FALSE(system_scheduler().may_move());
  ASSERT_EQ(setenv("TRTLIKE_KEEP_AFFINITY", "0", 1), 0);
  EXPECT_TRUE(system_scheduler().may_move());
  ASSERT_EQ(unsetenv("TRTLIKE_KEEP_AFFINITY"), 0);
  EXPECT_TRUE(system_scheduler().may_move());
}

TEST(Scheduler, the_process_may_use_a_cpu_at_least) {
  EXPECT_GE(usable_cpus(), 1);
  EXPECT_LE(usable_cpus(), num_allowed());
}

TEST(RealScheduler, moving_off_a_cpu_takes_the_thread_to_another) {
  if (num_allowed() < 2) GTEST_SKIP() << "a single CPU";
  const int before = num_allowed();
  {
    Avoidance avoidance;
    int cpu = -1;
    // The scheduler may move the thread between the two calls, then it stays.
    for (int i = 0; i < 100 && num_allowed() == before; ++i) {
      cpu = current_cpu();
      avoidance.leave(cpu);
    }
    EXPECT_EQ(num_allowed(), before - 1);
    EXPECT_NE(current_cpu(), cpu);
  }
  EXPECT_EQ(num_allowed(), before);
}

TEST(RealScheduler, a_neighbour_on_the_same_cpu_gets_turns) {
  std::atomic<bool> stop{false};
  const int cpu = current_cpu();
  std::thread neighbour([&] {
    pin(cpu);
    while (!stop) {
    }
  });
  bool was_taken = false;
  std::thread([&] {
    pin(cpu);
    Turns turns;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!was_taken && std::chrono::steady_clock::now() < end)
      was_taken = turns.is_over() && turns.yield();
  }).join();
  stop = true;
  neighbour.join();
  EXPECT_TRUE(was_taken);
}

}  // namespace
}  // namespace trtlike::core
