// What the validator and the resolution of shapes ask of steps.
#include "engine/rules/step_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trtlike::engine {
namespace {

TEST(StepRules, what_is_known_of_extents_from_two_sides_adds_up) {
  EXPECT_EQ(merge_extents({-1, 3, -1}, {2, -1, -1}), Dims({2, 3, -1}));
  EXPECT_EQ(merge_extents(Dims::unknown_rank(), {2, -1}), Dims({2, -1}));
  EXPECT_EQ(merge_extents({2, 3}, {2, 3}), Dims({2, 3}));
  EXPECT_EQ(merge_extents({2, 3}, {2, 4}), std::nullopt);
  EXPECT_EQ(merge_extents({2, 3}, {2, 3, 1}), std::nullopt);
  EXPECT_EQ(merge_extents({}, {}), Dims());
}

TEST(StepRules, shapes_are_computed_from_few_integers) {
  EXPECT_EQ(refuse_host_input({DataType::Int64, {ops::kMaxKnownElements}}), std::nullopt);
  EXPECT_EQ(refuse_host_input({DataType::Int32, {-1, 10000}}), std::nullopt);
  EXPECT_THAT(refuse_host_input({DataType::Int64, {ops::kMaxKnownElements + 1}}),
              testing::Optional(testing::HasSubstr("expected at most 4096 integers")));
  EXPECT_THAT(refuse_host_input({DataType::Float, {3}}),
              testing::Optional(testing::HasSubstr("expected integers, which shapes are")));
}

}  // namespace
}  // namespace trtlike::engine
