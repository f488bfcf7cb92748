// Mod: exact remainders, and what has none.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Mod, is_exact_whatever_the_quotient) {
  const float tenth = 0.1f, large = 1e20f;
  const OpRunner mod("Mod", {},
                     {floats({4}, {1000, large, -7, 7}), floats({4}, {tenth, 3, 3, -3})});
  // 1000 = 9999 * 0.1f + 0.0999851; 1e20f = 100000002004087734272.
  EXPECT_THAT(mod.elements(), ElementsAre(std::fmod(1000, static_cast<double>(tenth)), 2, -1, 1));
}

TEST(Mod, knows_infinities_and_zeros) {
  const OpRunner mod("Mod", {}, {floats({3}, {5, kInfinity, 5}), floats({3}, {kInfinity, 3, 0})});
  EXPECT_THAT(mod.elements(), ElementsAre(5, testing::IsNan(), testing::IsNan()));
}

TEST(Mod, broadcasts) {
  const OpRunner mod("Mod", {}, {floats({2, 1}, {7, 8}), floats({1, 2}, {2, 5})});
  EXPECT_THAT(mod.elements(), ElementsAre(1, 2, 0, 3));
}

TEST(Mod, takes_floats_only) {
  EXPECT_THAT(OpRunner("Mod", {}, {ints({1}), ints({1})}).refusal(),
              HasSubstr("input 0 'a': expected a floating-point type, got INT64"));
}

}  // namespace
}  // namespace trtlike::op_test
