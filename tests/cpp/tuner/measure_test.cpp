// Measuring in spite of disturbances, without a clock: made-up samples; what candidates share.
#include "tuner/measure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

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

TEST(Measure, hopeless_candidates_are_let_go_of_before_the_others_are_repeated) {
  auto memory = std::make_shared<int>();
  const std::weak_ptr<int> alive = memory;
  int slow = 0, fast = 0, repeated_beside_it = 0;
  std::vector<Sampler> candidates = {[memory, sample = sampler(50.0, slow)] { return sample(); },
                                     [&] {
                                       repeated_beside_it += fast >= 3 && !alive.expired();
                                       ++fast;
                                       return 1.0;
                                     }};
  memory.reset();
  measure_interleaved(std::move(candidates), 1);
  EXPECT_GT(fast, 3);
  EXPECT_EQ(repeated_beside_it, 0);
}

using kernels::Layout;
using kernels::TensorDesc;

const TensorDesc kLinear{DataType::Float, {1, 2, 3, 4}, Layout::Linear};
const TensorDesc kChannelsLast{DataType::Float, {1, 2, 3, 4}, Layout::ChannelsLast};

TEST(SharedBuffers, operands_of_one_form_are_one) {
  SharedBuffers buffers;
  EXPECT_EQ(buffers.input(0, kLinear), buffers.input(0, kLinear));
  EXPECT_EQ(buffers.output(0, kLinear), buffers.output(0, kLinear));
  const std::set<const void*> different = {
      buffers.input(0, kLinear), buffers.input(1, kLinear), buffers.input(0, kChannelsLast),
      buffers.output(0, kLinear), buffers.output(0, kChannelsLast)};
  EXPECT_EQ(different.size(), 5u);
}

TEST(SharedBuffers, inputs_have_values_of_both_signs) {
  SharedBuffers buffers;
  const auto* values = static_cast<const float*>(buffers.input(0, kLinear));
  const auto [least, most] = std::minmax_element(values, values + 24);
  EXPECT_LT(*least, 0);
  EXPECT_GT(*most, 0);
}

TEST(SharedBuffers, scratch_grows_and_stays_with_who_has_it) {
  SharedBuffers buffers;
  const std::shared_ptr<void> small = buffers.scratch(100);
  EXPECT_EQ(buffers.scratch(64), small);
  const std::shared_ptr<void> large = buffers.scratch(1000);
  EXPECT_NE(large, small);
  EXPECT_EQ(buffers.scratch(100), large);
  static_cast<char*>(small.get())[99] = 1;
}

}  // namespace
}  // namespace trtlike::tuner
