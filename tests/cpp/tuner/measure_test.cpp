// Measuring in spite of disturbances, without a clock: made-up samples.
#include "tuner/measure.h"

#include <gtest/gtest.h>

namespace trtlike::tuner {
namespace {

/// Takes `ms`, but `factor` times as long in samples [from, to); counts its samples.
Sampler sampler(double ms, int& count, int from = 0, int to = 0, double factor = 1) {
  return [=, &count] {
    const int n = count++;
    return n >= from && n < to ? ms * factor : ms;
  };
}

TEST(Measure, gives_the_best_time_of_each) {
  int a = 0, b = 0;
  EXPECT_EQ(measure_interleaved({sampler(1.0, a), sampler(1.1, b)}, 1),
            (std::vector<double>{1.0, 1.1}));
}

TEST(Measure, a_long_disturbance_hides_no_candidate) {
  int a = 0, b = 0;
  const std::vector<double> best =
      measure_interleaved({sampler(1.0, a, 0, 4, 2.2), sampler(1.2, b)}, 1);
  EXPECT_EQ(best[0], 1.0);
  EXPECT_EQ(best[1], 1.2);
}

TEST(Measure, one_lucky_sample_is_looked_at_again) {
  int a = 0, b = 0, undisturbed = 0;
  measure_interleaved({sampler(1.5, a, 2, 3, 0.6), sampler(1.0, b)}, 1);
  measure_interleaved({sampler(1.0, undisturbed)}, 1);
  EXPECT_GT(a, undisturbed);
}

TEST(Measure, hopeless_candidates_cost_three_runs) {
  int slow = 0, fast = 0;
  measure_interleaved({sampler(50.0, slow), sampler(1.0, fast)}, 1);
  EXPECT_EQ(slow, 3);
  EXPECT_GT(fast, 3);
}

TEST(Measure, repeats_as_often_as_asked) {
  int count = 0;
  measure_interleaved({sampler(10.0, count)}, 20);
  EXPECT_GE(count, 60);
}

}  // namespace
}  // namespace trtlike::tuner
