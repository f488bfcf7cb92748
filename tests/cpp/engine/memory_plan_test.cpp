// Placement of buffers: no two that live together overlap, and the arena is close to what must
// live.
#include "engine/memory_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iterator>
#include <map>
#include <random>

#include "trtlike/error.h"

namespace trtlike::engine {
namespace {

void expect_disjoint(const std::vector<Lifetime>& lifetimes, const MemoryPlan& plan) {
  for (size_t i = 0; i < lifetimes.size(); ++i) {
    EXPECT_EQ(plan.offsets[i] % 64, 0u);
    EXPECT_LE(plan.offsets[i] + lifetimes[i].bytes, plan.arena_bytes);
    for (size_t j = 0; j < i; ++j) {
      const bool together =
          lifetimes[i].first <= lifetimes[j].last && lifetimes[j].first <= lifetimes[i].last;
      const bool apart = plan.offsets[i] + lifetimes[i].bytes <= plan.offsets[j] ||
                         plan.offsets[j] + lifetimes[j].bytes <= plan.offsets[i];
      EXPECT_TRUE(!together || apart || lifetimes[i].bytes == 0 || lifetimes[j].bytes == 0)
          << i << " and " << j;
    }
  }
}

TEST(MemoryPlan, a_chain_needs_two_buffers) {
  std::vector<Lifetime> chain;
  for (int i = 0; i < 10; ++i) chain.push_back({1000, i, i + 1});
  const MemoryPlan plan = plan_memory(chain);
  EXPECT_EQ(plan.arena_bytes, 2 * 1024u);
  EXPECT_EQ(plan.lower_bound_bytes, 2 * 1024u);
  expect_disjoint(chain, plan);
}

TEST(MemoryPlan, the_lower_bound_is_the_most_that_lives_at_one_time) {
  EXPECT_EQ(live_bytes(std::vector<Lifetime>{{64, 0, 1}, {128, 1, 2}, {256, 3, 3}}), 256u);
  EXPECT_EQ(live_bytes(std::vector<Lifetime>{{64, 0, 1}, {256, 1, 2}, {128, 3, 3}}), 320u);
  EXPECT_EQ(live_bytes(std::vector<Lifetime>{{1, 0, 0}}), 64u);
  EXPECT_EQ(live_bytes({}), 0u);
}

TEST(MemoryPlan, nothing_needs_nothing) {
  EXPECT_EQ(plan_memory({}).arena_bytes, 0u);
  const std::vector<Lifetime> empty = {{0, 0, 5}, {0, 1, 2}};
  EXPECT_EQ(plan_memory(empty).arena_bytes, 0u);
  EXPECT_EQ(plan_memory(empty).offsets.size(), 2u);
}

TEST(MemoryPlan, sums_that_do_not_fit_are_refused) {
  const std::vector<Lifetime> huge = {{size_t{1} << 62, 0, 1}};
  EXPECT_THROW(plan_memory(huge), UserError);
}

/// Lifetimes as networks have them: most values die soon, some live long.
std::vector<Lifetime> random_lifetimes(std::mt19937& random, int most = 200) {
  std::vector<Lifetime> lifetimes;
  const int count = most > 200 ? most : std::uniform_int_distribution<int>(1, most)(random);
  for (int i = 0; i < count; ++i) {
    const int first = std::uniform_int_distribution<int>(0, count)(random);
    const bool lasting = std::uniform_int_distribution<int>(0, 9)(random) == 0;
    const int length = std::uniform_int_distribution<int>(0, lasting ? count : 4)(random);
    const auto bytes =
        static_cast<size_t>(std::exp2(std::uniform_real_distribution<double>(0, 20)(random)));
    lifetimes.push_back({bytes, first, first + length});
  }
  return lifetimes;
}

TEST(MemoryPlan, random_sets_are_disjoint_and_within_a_tenth_of_the_bound) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const std::vector<Lifetime> lifetimes = random_lifetimes(random);
    const MemoryPlan plan = plan_memory(lifetimes);
    if (round % 10 == 0) expect_disjoint(lifetimes, plan);
    EXPECT_LE(static_cast<double>(plan.arena_bytes),
              1.1 * static_cast<double>(plan.lower_bound_bytes))
        << "round " << round;
  }
}

/// No two of those that live at one time overlap, looked at in the order of time.
void expect_disjoint_in_time(const std::vector<Lifetime>& lifetimes, const MemoryPlan& plan) {
  std::multimap<int, size_t> begins, ends;
  for (size_t i = 0; i < lifetimes.size(); ++i) {
    if (lifetimes[i].bytes == 0) continue;
    begins.emplace(lifetimes[i].first, i);
    ends.emplace(lifetimes[i].last, i);
  }
  std::map<size_t, size_t> busy;
  auto end = ends.begin();
  for (const auto& [first, i] : begins) {
    for (; end != ends.end() && end->first < first; ++end) busy.erase(plan.offsets[end->second]);
    const auto [at, is_free] = busy.emplace(plan.offsets[i], plan.offsets[i] + lifetimes[i].bytes);
    ASSERT_TRUE(is_free);
    ASSERT_TRUE(at == busy.begin() || std::prev(at)->second <= at->first);
    ASSERT_TRUE(std::next(at) == busy.end() || at->second <= std::next(at)->first);
    ASSERT_LE(at->second, plan.arena_bytes);
  }
}

TEST(MemoryPlan, very_many_buffers_take_no_time_by_the_square) {
  std::mt19937 random(3);
  const std::vector<Lifetime> lifetimes = random_lifetimes(random, 200000);
  const MemoryPlan plan = plan_memory(lifetimes);
  expect_disjoint_in_time(lifetimes, plan);
  EXPECT_LE(static_cast<double>(plan.arena_bytes),
            1.5 * static_cast<double>(plan.lower_bound_bytes));
  std::vector<Lifetime> all_at_once;
  for (int i = 0; i < 200000; ++i) all_at_once.push_back({64, i, 200000 + i});
  EXPECT_EQ(plan_memory(all_at_once).arena_bytes, 64u * 200000);
}

}  // namespace
}  // namespace trtlike::engine
