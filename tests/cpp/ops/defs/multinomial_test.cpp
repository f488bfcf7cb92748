// Multinomial: what can never be drawn, seeds, and numbers that are none.
#include <gmock/gmock.h>

#include <limits>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::Each;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> draw(std::vector<double> logarithms, bool is_seeded = true, int64_t seed = 1) {
  const auto classes = static_cast<int64_t>(logarithms.size());
  return OpRunner("Multinomial",
                  {{"sample_size", int64_t{100}}, {"is_seeded", is_seeded}, {"seed", seed}},
                  {floats({1, classes}, std::move(logarithms))})
      .elements();
}

TEST(Multinomial, never_draws_what_is_impossible) {
  EXPECT_THAT(draw({-kInfinity, 3, -kInfinity}), Each(1));
  EXPECT_THAT(draw({-kInfinity, 1, 1, -kInfinity}), Each(testing::AnyOf(1, 2)));
  EXPECT_THAT(draw({-1e30, kInfinity}), Each(1));
}

TEST(Multinomial, stays_among_the_classes_whatever_they_are) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& logarithms : {std::vector<double>{nan, nan}, std::vector<double>{1, nan},
                                 std::vector<double>{-kInfinity, -kInfinity}})
    EXPECT_THAT(draw(logarithms), Each(testing::AllOf(testing::Ge(0), testing::Lt(2))));
}

TEST(Multinomial, follows_its_seed) {
  const std::vector<double> even(5, 0.0);
  EXPECT_EQ(draw(even), draw(even));
  EXPECT_NE(draw(even), draw(even, true, 2));
  EXPECT_NE(draw(even, false), draw(even, false));
}

}  // namespace
}  // namespace trtlike::op_test
