// Thresholds against the obvious computation of what they are to be best at.
#include "calibration/thresholds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace trtlike::calibration {
namespace {

struct Sample {
  std::vector<float> values;
  Histogram histogram;
};

/// Values of a distribution, of which some are outliers.
Sample make_sample(uint32_t seed, double outliers, bool rectified) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Sample out;
  for (int i = 0; i < 50'000; ++i) {
    float value = normal(random);
    if (rectified) value = std::max(value, 0.0f);
    if (i < 50'000 * outliers) value *= 20;
    out.values.push_back(value);
  }
  out.histogram.add(out.values, core::ThreadPool(1));
  return out;
}

double squared_error(const std::vector<float>& values, double threshold) {
  const double step = threshold / kInt8Steps;
  double sum = 0;
  for (const float value : values) {
    const double x = static_cast<double>(value);
    const double kept = std::clamp(std::nearbyint(x / step), -127.0, 127.0) * step;
    sum += (x - kept) * (x - kept);
  }
  return sum;
}

/// The text of GTC 2017's algorithm, step by step.
double divergence(std::vector<double> bins, size_t kept) {
  bins[0] = bins[1];
  std::vector<double> p(bins.begin(), bins.begin() + static_cast<long>(kept));
  std::vector<double> q(kept, 0.0);
  for (size_t i = kept; i < bins.size(); ++i) p[kept - 1] += bins[i];
  for (size_t level = 0; level < 128; ++level) {
    double sum = 0, filled = 0;
    const auto in_level = [&](size_t i) { return i * 128 / kept == level; };
    for (size_t i = 0; i < kept; ++i)
      if (in_level(i)) {
        sum += bins[i];
        filled += bins[i] > 0;
      }
    for (size_t i = 0; i < kept; ++i)
      if (in_level(i) && bins[i] > 0) q[i] = sum / filled;
  }
  double p_sum = 0, q_sum = 0, out = 0;
  for (const double x : p) p_sum += x;
  for (const double x : q) q_sum += x;
  for (size_t i = 0; i < kept; ++i) {
    if (p[i] == 0) continue;
    if (q[i] == 0) return std::numeric_limits<double>::infinity();
    out += p[i] / p_sum * std::log((p[i] / p_sum) / (q[i] / q_sum));
  }
  return out;
}

TEST(Thresholds, entropy_has_the_least_divergence) {
  for (const bool rectified : {false, true}) {
    const Sample sample = make_sample(5, 0.001, rectified);
    const std::vector<double> bins = sample.histogram.resampled(kThresholdBins);
    const double width = sample.histogram.largest() / kThresholdBins;
    const double found = find_threshold(sample.histogram, {CalibrationMethod::Entropy, 0, 1});
    const auto kept = static_cast<size_t>(std::lround(found / width - 0.5));
    const double least = divergence(bins, kept);
    for (size_t other = 128; other <= kThresholdBins; other += 7)
      EXPECT_GE(divergence(bins, other), least - 1e-9) << other << " against " << kept;
    EXPECT_LT(found, 0.6 * sample.histogram.largest());
  }
}

TEST(Thresholds, mse_has_the_least_error_of_the_values_themselves) {
  for (const double outliers : {0.0, 0.0005, 0.02}) {
    const Sample sample = make_sample(6, outliers, false);
    const double found = find_threshold(sample.histogram, {CalibrationMethod::Mse, 0, 1});
    const double error = squared_error(sample.values, found);
    for (double part = 0.05; part <= 1; part += 0.01)
      EXPECT_GE(squared_error(sample.values, part * sample.histogram.largest()), 0.98 * error)
          << part << " against " << found / sample.histogram.largest();
  }
}

TEST(Thresholds, percentile_holds_its_part_of_the_values) {
  Sample sample = make_sample(7, 0.001, false);
  std::vector<float> sorted = sample.values;
  for (float& value : sorted) value = std::fabs(value);
  std::sort(sorted.begin(), sorted.end());
  for (const double quantile : {0.5, 0.99, 0.9995}) {
    const double found =
        find_threshold(sample.histogram, {CalibrationMethod::Percentile, quantile, 1});
    const auto at = static_cast<size_t>(quantile * static_cast<double>(sorted.size()));
    const double width = sample.histogram.width();
    EXPECT_GE(found, static_cast<double>(sorted[at - 1]) - width) << quantile;
    EXPECT_LE(found, static_cast<double>(sorted[at]) + width) << quantile;
  }
  const double cut = find_threshold(sample.histogram, {CalibrationMethod::Percentile, 1, 0.25});
  EXPECT_LE(cut, 0.25 * sample.histogram.largest());
  EXPECT_GE(cut, 0.2 * sample.histogram.largest());
}

TEST(Thresholds, minmax_is_the_largest_value_and_zeros_have_none) {
  const Sample sample = make_sample(8, 0.1, true);
  EXPECT_EQ(find_threshold(sample.histogram, {CalibrationMethod::MinMax, 0, 1}),
            sample.histogram.largest());
  Histogram zeros;
  zeros.add(std::vector<float>(100, 0.0f), core::ThreadPool(1));
  for (const auto method : {CalibrationMethod::Entropy, CalibrationMethod::Mse,
                            CalibrationMethod::Percentile, CalibrationMethod::MinMax})
    EXPECT_EQ(find_threshold(zeros, {method, 0.999, 1}), 0);
}

TEST(Thresholds, few_values_keep_their_largest) {
  for (const auto method : {CalibrationMethod::Entropy, CalibrationMethod::Mse}) {
    Histogram one;
    one.add(std::vector<float>{0.3f}, core::ThreadPool(1));
    EXPECT_NEAR(find_threshold(one, {method, 0, 1}), 0.3, 0.3 / 127);
  }
}

}  // namespace
}  // namespace trtlike::calibration
