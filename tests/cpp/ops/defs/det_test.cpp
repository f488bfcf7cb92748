// Det: determinants worked by hand, and matrices that need rows exchanged.
#include <gmock/gmock.h>

#include <limits>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsNan;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<double> det(Dims dims, std::vector<double> elements) {
  return OpRunner("Det", {}, {Tensor{DataType::Double, dims, std::move(elements)}}).elements();
}

TEST(Det, is_that_of_each_matrix) {
  EXPECT_THAT(det({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 9}),
              ElementsAre(DoubleEq(-2), testing::DoubleNear(3, 1e-14)));
  EXPECT_THAT(det({1, 1}, {-7}), ElementsAre(-7));
}

TEST(Det, exchanges_rows) {
  EXPECT_THAT(det({2, 2}, {0, 1, 1, 0}), ElementsAre(-1));
  EXPECT_THAT(det({3, 3}, {0, 0, 2, 3, 0, 0, 0, 5, 0}), ElementsAre(30));
}

TEST(Det, of_a_singular_matrix_is_0_unless_it_holds_a_nan) {
  EXPECT_THAT(det({3, 3}, {0, 1, 2, 0, 4, 5, 0, 7, 8}), ElementsAre(0));
  EXPECT_THAT(det({3, 3}, {0, 1, 2, 0, kNaN, 5, 0, 7, 8}), ElementsAre(IsNan()));
  EXPECT_THAT(det({2, 2}, {kNaN, 1, 2, 3}), ElementsAre(IsNan()));
}

TEST(Det, of_an_empty_matrix_is_1) {
  EXPECT_THAT(det({2, 0, 0}, {}), ElementsAre(1, 1));
  EXPECT_THAT(det({0, 3, 3}, {}), ElementsAre());
}

TEST(Det, takes_extents_that_are_not_known) {
  OpRunner runner("Det", {}, {floats({2, 1, 1}, {1, 2})});
  EXPECT_EQ(runner.know(0, {-1, 3, -1}).dims(), (Dims{-1}));
}

}  // namespace
}  // namespace trtlike::op_test
