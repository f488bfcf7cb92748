// Unique: values, whole slices, orders, and numbers that are none.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Unique, keeps_each_value_once) {
  const Tensor x = floats({6}, {2, 1, 1, 3, 4, 3});
  EXPECT_THAT(OpRunner("Unique", {}, {x}).elements(), ElementsAre(1, 2, 3, 4, 0, 0));
  EXPECT_THAT(OpRunner("Unique", {{"sorted", false}}, {x}).elements(),
              ElementsAre(2, 1, 3, 4, 0, 0));
}

TEST(Unique, keeps_each_slice_once) {
  const Tensor rows = floats({3, 3}, {1, 0, 0, 1, 0, 0, 2, 3, 4});
  EXPECT_THAT(OpRunner("Unique", {{"axis", 0}}, {rows}).elements(),
              ElementsAre(1, 0, 0, 2, 3, 4, 0, 0, 0));
  EXPECT_THAT(OpRunner("Unique", {{"axis", -1}}, {floats({2, 3}, {5, 1, 5, 6, 1, 6})}).elements(),
              ElementsAre(1, 5, 0, 1, 6, 0));
}

TEST(Unique, takes_all_nans_for_one_and_the_last) {
  EXPECT_THAT(OpRunner("Unique", {}, {floats({5}, {kNaN, 1, kNaN, -0.0, 0.0})}).elements(),
              ElementsAre(0, 1, testing::IsNan(), 0, 0));
}

TEST(Unique, takes_extents_that_are_none_or_not_known) {
  OpRunner runner("Unique", {{"axis", 1}}, {floats({2, 0}, {})});
  EXPECT_TRUE(runner.elements().empty());
  runner.know(0, {2, -1});
  EXPECT_EQ(runner.dims(), (Dims{2, -1}));
  EXPECT_EQ(runner.infer_all()[2].dims, (Dims{-1}));
  EXPECT_EQ(runner.infer_all()[4].dims, (Dims{1}));
}

}  // namespace
}  // namespace trtlike::op_test
