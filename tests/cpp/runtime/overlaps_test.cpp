// Outputs in memory of inputs: in place where the steps allow it, through other memory else.
#include "runtime/overlaps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/context_impl.h"
#include "support/make_plan.h"

namespace trtlike {
namespace {

using test::PlanMaker;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kRelu = 0, kSum = 0;

bool is_staged(ExecutionContext& context) {
  return RuntimeAccess::context(context).staging != nullptr;
}

/// y = relu(x), then z = y + y.
PlanMaker chain(const char* tactic) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {4});
  const int32_t y = maker.step("Activation", "relu", {x}, {{"type", kRelu}}, tactic);
  maker.output(maker.step("ElementWise", "sum", {y, y}, {{"op", kSum}}, tactic), "z");
  return maker;
}

TEST(Overlaps, an_output_may_lie_where_an_input_was_read_long_ago) {
  PlanMaker maker = chain("reference");
  const auto context = maker.context();
  std::vector<float> x = {1, -2, 3, -4};
  ASSERT_TRUE(context->execute_v2({x.data(), x.data()}));
  EXPECT_THAT(x, ElementsAre(2, 0, 6, 0));
  EXPECT_FALSE(is_staged(*context));
}

TEST(Overlaps, a_shifted_output_is_computed_elsewhere_where_it_is_written_too_early) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {4});
  maker.output(maker.step("Activation", "relu", {x}, {{"type", kRelu}}), "y");
  const auto context = maker.context();
  std::vector<float> memory = {1, -2, 3, -4, 7};
  ASSERT_TRUE(context->execute_v2({memory.data(), memory.data() + 1}));
  EXPECT_THAT(memory, ElementsAre(1, 1, 0, 3, 0));
  EXPECT_TRUE(is_staged(*context));
  std::vector<float> y(4);
  ASSERT_TRUE(context->execute_v2({memory.data() + 1, y.data()}));
  EXPECT_THAT(y, ElementsAre(1, 0, 3, 0));
  EXPECT_FALSE(is_staged(*context));
}

TEST(Overlaps, two_outputs_in_the_same_memory_are_refused_by_name) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {4});
  maker.output(maker.step("Activation", "relu", {x}, {{"type", kRelu}}), "y");
  maker.output(maker.step("ElementWise", "sum", {x, x}, {{"op", kSum}}), "z");
  const auto context = maker.context();
  std::vector<float> a(4), b(8);
  EXPECT_FALSE(context->execute_v2({a.data(), b.data(), b.data() + 3}));
  EXPECT_THAT(maker.logger->text,
              HasSubstr("[runtime] output 'y': expected memory of its own, got memory that tensor "
                        "'z' has too."));
  EXPECT_TRUE(context->execute_v2({a.data(), b.data(), b.data() + 4}));
}

}  // namespace
}  // namespace trtlike
