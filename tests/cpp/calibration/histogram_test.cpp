// What a histogram counts does not depend on the order of batches or on where they end.
#include "calibration/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace trtlike::calibration {
namespace {

std::vector<float> random_values(size_t count, float spread, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> out(count);
  for (float& value : out) value = normal(random);
  return out;
}

Histogram count(std::vector<std::vector<float>> batches, int threads = 1) {
  const core::ThreadPool pool(threads);
  Histogram out;
  for (const auto& batch : batches) out.add(batch, pool);
  return out;
}

TEST(Histogram, does_not_depend_on_the_order_or_the_size_of_batches) {
  std::vector<std::vector<float>> batches;
  for (uint32_t i = 0; i < 6; ++i)
    batches.push_back(random_values(100 + 50 * i, std::pow(7.0f, static_cast<float>(i) - 2), i));
  std::vector<float> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  const Histogram wanted = count({all});
  EXPECT_EQ(count(batches).to_text(), wanted.to_text());
  std::reverse(batches.begin(), batches.end());
  EXPECT_EQ(count(batches).to_text(), wanted.to_text());
  EXPECT_EQ(wanted.total(), all.size());
}

TEST(Histogram, does_not_depend_on_the_threads) {
  const std::vector<float> values = random_values(300'001, 2, 3);
  EXPECT_EQ(count({values}, 2).to_text(), count({values}).to_text());
}

TEST(Histogram, counts_each_value_in_its_bin) {
  const Histogram histogram = count({{0.0f, -0.5f, 0.75f, 3.0f, -3.0f}});
  EXPECT_EQ(histogram.largest(), 3.0);
  EXPECT_EQ(histogram.width(), 4.0 / Histogram::kBins);
  EXPECT_EQ(histogram.counts()[0], 1u);
  EXPECT_EQ(histogram.counts()[Histogram::kBins / 8], 1u);
  EXPECT_EQ(histogram.counts()[Histogram::kBins * 3 / 16], 1u);
  EXPECT_EQ(histogram.counts()[Histogram::kBins * 3 / 4], 2u);
}

TEST(Histogram, resampling_keeps_the_count) {
  const Histogram histogram = count({random_values(10'000, 3, 9)});
  for (const size_t bins : {1u, 7u, 2048u, 8192u, 20'000u}) {
    const std::vector<double> out = histogram.resampled(bins);
    EXPECT_NEAR(std::accumulate(out.begin(), out.end(), 0.0), 10'000, 1e-6) << bins;
  }
}

TEST(Histogram, takes_the_whole_range_of_floats) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
  EXPECT_EQ(count({{kDenormal}}).largest(), static_cast<double>(kDenormal));
  const Histogram histogram = count({{kDenormal, 1.0f}, {kLargest}});
  EXPECT_EQ(histogram.largest(), static_cast<double>(kLargest));
  EXPECT_EQ(histogram.counts()[0], 2u);
  EXPECT_EQ(histogram.counts().back(), 1u);
}

TEST(Histogram, text_and_back) {
  const Histogram histogram = count({random_values(1000, 5, 1)});
  const auto again = Histogram::from_text(histogram.to_text());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->to_text(), histogram.to_text());
  EXPECT_EQ(again->total(), 1000u);
  for (const char* text : {"", "x", "3 0x1p9", "1 0x1p0 9000:1", "1 0x1p0 5;1", "999 0x1p0"})
    EXPECT_FALSE(Histogram::from_text(text)) << text;
}

TEST(FindLargest, sees_every_nan_and_infinity) {
  const core::ThreadPool pool(2);
  for (const size_t size : {1u, 15u, 16u, 17u, 70'000u, 200'000u})
    for (const size_t at : {size_t{0}, size / 2, size - 1})
      for (const float odd :
           {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
            -std::numeric_limits<float>::infinity()}) {
        std::vector<float> values(size, -2.0f);
        EXPECT_EQ(find_largest(values, pool), 2.0f);
        values[at] = odd;
        EXPECT_EQ(find_largest(values, pool), std::nullopt) << size << " " << at << " " << odd;
      }
}

}  // namespace
}  // namespace trtlike::calibration
