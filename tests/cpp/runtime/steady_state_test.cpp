// What a run does when nothing has changed: no allocation, whatever the number of threads.
#include <gtest/gtest.h>

#include <cstdlib>

#include "support/allocation_counter.h"
#include "support/make_plan.h"

namespace trtlike {
namespace {

using test::PlanMaker;
using test::ramp;

/// Layers large enough to be shared among threads, a shape tensor, a copy, an in-place step.
PlanMaker steady_plan() {
  PlanMaker maker;
  const std::string activation = "pointwise_portable";
  const int32_t x = maker.input("x", {-1, 64, 1024});
  const int32_t a = maker.step("Activation", "a", {x}, {{"type", int64_t{0}}}, activation);
  const int32_t b = maker.step("Activation", "b", {a}, {{"type", int64_t{0}}}, activation);
  const int32_t shape = maker.input("shape", {1}, DataType::Int64, true);
  maker.output(maker.step("Shuffle", "view", {b, shape}, {{"has_reshape", true}}, ""), "y");
  maker.output(x, "z");
  maker.plan.threads = 2;
  return maker;
}

int64_t allocations_of_runs(const char* threads) {
  setenv("TRTLIKE_NUM_THREADS", threads, 1);
  PlanMaker maker = steady_plan();
  const auto context = maker.context();
  unsetenv("TRTLIKE_NUM_THREADS");
  EXPECT_EQ(context->num_threads(), std::atoi(threads));
  constexpr int64_t kCount = 2 * 64 * 1024;
  std::vector<float> x = ramp(kCount, 1, -1000), y(kCount), z(kCount);
  int64_t shape = -1;
  EXPECT_TRUE(context->set_input_shape("x", {2, 64, 1024}));
  for (const auto& [name, address] : std::map<std::string, void*>{
           {"x", x.data()}, {"y", y.data()}, {"z", z.data()}, {"shape", &shape}})
    EXPECT_TRUE(context->set_tensor_address(name, address));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(context->execute_async_v3(0));
  const int64_t before = test::allocation_count();
  bool all = true;
  for (int i = 0; i < 50; ++i) all = context->execute_async_v3(0) && all;
  const int64_t count = test::allocation_count() - before;
  EXPECT_TRUE(all);
  EXPECT_EQ(y[1], 0);
  EXPECT_EQ(y[1010], 10);
  EXPECT_EQ(z, x);
  return count;
}

TEST(SteadyState, a_run_on_one_thread_allocates_nothing) {
  if (!test::counts_allocations()) GTEST_SKIP() << "a sanitizer brings its own malloc";
  EXPECT_EQ(allocations_of_runs("1"), 0);
}

TEST(SteadyState, a_run_on_two_threads_allocates_nothing) {
  if (!test::counts_allocations()) GTEST_SKIP() << "a sanitizer brings its own malloc";
  EXPECT_EQ(allocations_of_runs("2"), 0);
}

TEST(SteadyState, the_counter_counts) {
  if (!test::counts_allocations()) GTEST_SKIP() << "a sanitizer brings its own malloc";
  const int64_t before = test::allocation_count();
  void* volatile memory = std::malloc(100);
  std::free(memory);
  EXPECT_EQ(test::allocation_count() - before, 1);
}

}  // namespace
}  // namespace trtlike
