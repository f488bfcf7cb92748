// Moving off a CPU and back; yields only beside a neighbour.
#include "core/threads/turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace trtlike::core {
namespace {

cpu_set_t allowed() {
  cpu_set_t set;
  CPU_ZERO(&set);
  EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  return set;
}

TEST(Avoidance, leaves_the_cpu_and_lifts_the_restriction_in_the_end) {
  const cpu_set_t before = allowed();
  if (CPU_COUNT(&before) < 2) GTEST_SKIP() << "a single CPU";
  {
    Avoidance avoidance;
    cpu_set_t restricted = before;
    // The scheduler may move the thread between the two calls, then it stays.
    int cpu = -1;
    for (int i = 0; i < 100 && CPU_COUNT(&restricted) == CPU_COUNT(&before); ++i) {
      cpu = current_cpu();
      avoidance.leave(cpu);
      restricted = allowed();
    }
    EXPECT_EQ(CPU_COUNT(&restricted), CPU_COUNT(&before) - 1);
    EXPECT_FALSE(CPU_ISSET(static_cast<size_t>(cpu), &restricted));
    EXPECT_NE(current_cpu(), cpu);
  }
  const cpu_set_t after = allowed();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(Avoidance, stays_where_it_is_not_in_the_way_or_has_no_choice) {
  const cpu_set_t before = allowed();
  Avoidance avoidance;
  avoidance.leave(-1);
  const cpu_set_t after = allowed();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));

  std::thread([] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<size_t>(current_cpu()), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    Avoidance avoidance;
    avoidance.leave(current_cpu());
    const cpu_set_t still = allowed();
    EXPECT_TRUE(CPU_EQUAL(&one, &still));
  }).join();
}

TEST(Turns, a_neighbour_on_the_same_cpu_gets_turns) {
  std::atomic<bool> stop{false};
  const int cpu = current_cpu();
  const auto pin = [cpu] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<size_t>(cpu), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  };
  std::thread neighbour([&] {
    pin();
    while (!stop) {
    }
  });
  bool was_taken = false;
  std::thread([&] {
    pin();
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
