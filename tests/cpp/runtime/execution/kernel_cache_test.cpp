// Kernels are found by the step and all that they were prepared for, and the oldest are forgotten.
#include "runtime/execution/kernel_cache.h"

#include <gtest/gtest.h>

namespace trtlike::runtime {
namespace {

class Counted : public kernels::Kernel {
 public:
  void run(const kernels::RunArgs&, int, int) const override {}
};

const kernels::Tactic& a_tactic() { return kernels::listed_tactics().front(); }

kernels::Problem problem_of(const Dims& dims, DataType dtype = DataType::Float) {
  kernels::Problem problem;
  problem.inputs = {{dtype, dims}};
  problem.outputs = {{DataType::Float, dims}};
  return problem;
}

TEST(KernelCache, finds_what_was_noted_for_the_same_step_and_operands) {
  KernelCache cache(2);
  const auto kernel = std::make_shared<Counted>();
  cache.note(0, problem_of({2, 3}), {&a_tactic(), kernel});
  EXPECT_EQ(cache.find(0, problem_of({2, 3})).kernel, kernel);
  EXPECT_EQ(cache.find(0, problem_of({2, 3})).tactic, &a_tactic());
  EXPECT_EQ(cache.find(1, problem_of({2, 3})).tactic, nullptr);
  EXPECT_EQ(cache.find(0, problem_of({2, 4})).tactic, nullptr);
  EXPECT_EQ(cache.find(0, problem_of({2, 3}, DataType::Half)).tactic, nullptr);
  kernels::Problem pitched = problem_of({1, 2, 3, 4});
  pitched.outputs[0].layout = kernels::Layout::ChannelsLast;
  cache.note(0, pitched, {&a_tactic(), nullptr});
  pitched.outputs[0].pitch = 8;
  EXPECT_EQ(cache.find(0, pitched).tactic, nullptr);
}

TEST(KernelCache, noting_again_replaces) {
  KernelCache cache(1);
  cache.note(0, problem_of({5}), {&a_tactic(), nullptr});
  EXPECT_EQ(cache.find(0, problem_of({5})).kernel, nullptr);
  const auto kernel = std::make_shared<Counted>();
  cache.note(0, problem_of({5}), {&a_tactic(), kernel});
  EXPECT_EQ(cache.find(0, problem_of({5})).kernel, kernel);
}

TEST(KernelCache, forgets_what_was_not_used_longest) {
  KernelCache cache(1);
  const auto first = std::make_shared<Counted>();
  cache.note(0, problem_of({1}), {&a_tactic(), first});
  for (int64_t n = 2; n <= 100; ++n) {
    cache.note(0, problem_of({n}), {&a_tactic(), nullptr});
    EXPECT_EQ(cache.find(0, problem_of({1})).kernel, first) << n;
  }
  EXPECT_EQ(cache.find(0, problem_of({2})).tactic, nullptr);
  EXPECT_EQ(cache.find(0, problem_of({100})).tactic, &a_tactic());
  for (int64_t n = 2; n <= 100; ++n) cache.note(0, problem_of({n}), {&a_tactic(), nullptr});
  EXPECT_EQ(first.use_count(), 1);
}

}  // namespace
}  // namespace trtlike::runtime
