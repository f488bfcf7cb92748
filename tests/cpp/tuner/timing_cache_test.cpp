// Timing caches: what they keep, and what their loader refuses.
#include "trtlike/timing_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trtlike/error.h"

namespace trtlike {
namespace {

TimingCache sample() {
  TimingCache cache;
  cache.update("conv @ [1, 2]", {"direct", 0.25});
  cache.update("matmul @ [3]", {"gemm", 1.5});
  return TimingCache(cache.serialize());
}

TEST(TimingCache, keeps_entries_through_serialization) {
  const TimingCache cache = sample();
  EXPECT_EQ(cache.size(), 2u);
  const auto entry = cache.query("conv @ [1, 2]");
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->tactic, "direct");
  EXPECT_DOUBLE_EQ(entry->time_ms, 0.25);
  EXPECT_EQ(cache.serialize(), TimingCache(cache.serialize()).serialize());
}

TEST(TimingCache, an_empty_text_is_an_empty_cache) { EXPECT_EQ(TimingCache("").size(), 0u); }

TEST(TimingCache, combine_adds_entries_and_keeps_its_own) {
  TimingCache cache;
  cache.update("conv @ [1, 2]", {"winograd", 0.1});
  EXPECT_TRUE(cache.combine(sample(), false));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.query("conv @ [1, 2]")->tactic, "winograd");
}

TEST(TimingCache, every_truncation_and_every_flipped_byte_is_refused) {
  const std::string good = sample().serialize();
  for (size_t n = 1; n < good.size(); ++n)
    EXPECT_THROW(TimingCache(good.substr(0, n)), PlanError) << n;
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_THROW(TimingCache{std::string_view(bad)}, PlanError) << i;
  }
}

TEST(TimingCache, other_bytes_are_named) {
  try {
    TimingCache cache("not a cache\n");
    FAIL() << "expected PlanError";
  } catch (const PlanError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("expected the header"));
  }
}

}  // namespace
}  // namespace trtlike
