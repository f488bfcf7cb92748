// Random numbers by seed and place.
#include "core/random.h"

#include <gmock/gmock.h>

#include <set>

namespace trtlike::core {
namespace {

TEST(RandomNumbers, follow_from_seed_and_place) {
  const RandomNumbers numbers(42), same(42), other(43);
  std::set<uint64_t> seen;
  for (uint64_t place = 0; place < 1000; ++place) {
    EXPECT_EQ(numbers.bits(place), same.bits(place));
    seen.insert(numbers.bits(place));
    seen.insert(other.bits(place));
  }
  EXPECT_EQ(seen.size(), 2000u);
}

TEST(RandomNumbers, set_each_bit_half_of_the_time) {
  const RandomNumbers numbers(7);
  constexpr int kCount = 10000;
  for (int bit = 0; bit < 64; ++bit) {
    int ones = 0;
    for (uint64_t place = 0; place < kCount; ++place)
      ones += static_cast<int>((numbers.bits(place) >> bit) & 1u);
    EXPECT_NEAR(ones, kCount / 2, 250) << bit;  // five deviations of 50
  }
}

TEST(RandomNumbers, are_uniform_or_normal) {
  const RandomNumbers numbers(7);
  constexpr uint64_t kCount = 10000;
  double sum = 0, squares = 0;
  for (uint64_t place = 0; place < kCount; ++place) {
    const double u = numbers.uniform(place);
    EXPECT_TRUE(u >= 0 && u < 1) << u;
    sum += numbers.normal(place);
    squares += numbers.normal(place) * numbers.normal(place);
  }
  EXPECT_NEAR(sum / kCount, 0, 0.05);
  EXPECT_NEAR(squares / kCount, 1, 0.07);
}

TEST(FreshSeed, differs_at_every_call) {
  std::set<uint64_t> seeds;
  for (int i = 0; i < 100; ++i) seeds.insert(fresh_seed());
  EXPECT_EQ(seeds.size(), 100u);
}

}  // namespace
}  // namespace trtlike::core
