// Stepping aside beside a neighbour, and only then; moving off a CPU and back. The scheduler is the
// test's; core/os/scheduler_test.cpp asks the system's.
#include "core/threads/turns.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/fake_scheduler.h"

namespace trtlike::core {
namespace {

using testing::cpus;
using testing::FakeScheduler;

constexpr int64_t kMs = 1'000'000;

bool is_equal(const cpu_set_t& a, const cpu_set_t& b) { return CPU_EQUAL(&a, &b); }

/// Asks every 10 us until the turn is over; the time that it took, or `limit_ns`.
int64_t turn_ns(const FakeScheduler& scheduler, Turns& turns, int64_t limit_ns) {
  const int64_t begin = scheduler.now;
  while (scheduler.now - begin < limit_ns && !turns.is_over()) scheduler.now += 10'000;
  return scheduler.now - begin;
}

/// Turns that have seen one involuntary switch.
void interrupt(FakeScheduler& scheduler, Turns& turns) {
  turn_ns(scheduler, turns, 2 * kMs);
  ++scheduler.switches;
}

TEST(Turns, alone_on_a_cpu_a_turn_never_ends) {
  FakeScheduler scheduler;
  Turns turns(scheduler);
  EXPECT_EQ(turn_ns(scheduler, turns, 500 * kMs), 500 * kMs);
}

TEST(Turns, switches_before_the_first_look_do_not_count) {
  FakeScheduler scheduler;
  scheduler.switches = 1000;
  Turns turns(scheduler);
  EXPECT_EQ(turn_ns(scheduler, turns, 500 * kMs), 500 * kMs);
}

TEST(Turns, after_an_interruption_turns_last_no_longer_than_others_wait) {
  FakeScheduler scheduler;
  Turns turns(scheduler);
  interrupt(scheduler, turns);
  const int64_t first = turn_ns(scheduler, turns, 100 * kMs);
  EXPECT_GE(first, kTurnNs);
  EXPECT_LE(first, kTurnNs + 2 * kMs);
  scheduler.yield_ns = 3 * kMs;
  EXPECT_TRUE(turns.yield());
  const int64_t second = turn_ns(scheduler, turns, 100 * kMs);
  EXPECT_GE(second, kTurnNs);
  EXPECT_LE(second, kTurnNs + kMs / 10);
}

TEST(Turns, a_neighbour_that_left_is_forgotten_after_a_while) {
  FakeScheduler scheduler;
  Turns turns(scheduler);
  interrupt(scheduler, turns);
  int in_vain = 0;
  while (turn_ns(scheduler, turns, 500 * kMs) < 500 * kMs) {
    EXPECT_FALSE(turns.yield());
    ASSERT_LT(++in_vain, 1000);
  }
  EXPECT_GT(in_vain, 20);
  EXPECT_LT(in_vain, 70);
}

TEST(Avoidance, leaves_the_cpu_and_lifts_the_restriction_in_the_end) {
  FakeScheduler scheduler;
  {
    Avoidance avoidance(scheduler);
    avoidance.leave(0);
    EXPECT_TRUE(is_equal(scheduler.affinity, cpus({1})));
    avoidance.leave(1);
    EXPECT_TRUE(is_equal(scheduler.affinity, cpus({0})));
  }
  EXPECT_TRUE(is_equal(scheduler.affinity, cpus({0, 1})));
}

TEST(Avoidance, lifts_the_restriction_when_an_exception_passes) {
  FakeScheduler scheduler;
  try {
    Avoidance avoidance(scheduler);
    avoidance.leave(0);
    throw std::runtime_error("a callback");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(is_equal(scheduler.affinity, cpus({0, 1})));
}

TEST(Avoidance, stays_where_it_is_not_in_the_way) {
  FakeScheduler scheduler;
  {
    Avoidance avoidance(scheduler);
    avoidance.leave(1);
  }
  EXPECT_EQ(scheduler.moves, 0);
}

TEST(Avoidance, stays_without_another_cpu) {
  FakeScheduler scheduler;
  scheduler.affinity = cpus({0});
  {
    Avoidance avoidance(scheduler);
    avoidance.leave(0);
    EXPECT_TRUE(is_equal(scheduler.affinity, cpus({0})));
  }
  EXPECT_TRUE(is_equal(scheduler.affinity, cpus({0})));
}

TEST(Avoidance, leaves_a_thread_alone_that_may_not_be_moved) {
  FakeScheduler scheduler;
  scheduler.is_movable = false;
  {
    Avoidance avoidance(scheduler);
    avoidance.leave(0);
  }
  EXPECT_EQ(scheduler.moves, 0);
}

}  // namespace
}  // namespace trtlike::core
