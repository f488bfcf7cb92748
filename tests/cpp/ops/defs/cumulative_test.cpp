// Cumulative and CumProd: running sums and products, to and fro, with and without the element.
#include <gmock/gmock.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;

std::vector<double> run(const char* op, bool exclusive, bool reverse, Tensor input,
                        double axis = 0) {
  return OpRunner(op, {{"exclusive", exclusive}, {"reverse", reverse}},
                  {std::move(input), Tensor{DataType::Int64, {}, {axis}}})
      .elements();
}

TEST(Cumulative, sums_to_and_fro) {
  const Tensor x = floats({4}, {1, 2, 3, 4});
  EXPECT_THAT(run("Cumulative", false, false, x), ElementsAre(1, 3, 6, 10));
  EXPECT_THAT(run("Cumulative", true, false, x), ElementsAre(0, 1, 3, 6));
  EXPECT_THAT(run("Cumulative", false, true, x), ElementsAre(10, 9, 7, 4));
  EXPECT_THAT(run("Cumulative", true, true, x), ElementsAre(9, 7, 4, 0));
}

TEST(CumProd, multiplies_to_and_fro) {
  const Tensor x = floats({4}, {1, 2, 3, 4});
  EXPECT_THAT(run("CumProd", false, false, x), ElementsAre(1, 2, 6, 24));
  EXPECT_THAT(run("CumProd", true, false, x), ElementsAre(1, 1, 2, 6));
  EXPECT_THAT(run("CumProd", false, true, x), ElementsAre(24, 24, 12, 4));
  EXPECT_THAT(run("CumProd", true, true, x), ElementsAre(24, 12, 4, 1));
}

TEST(CumProd, works_along_any_axis) {
  const Tensor x = floats({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(run("CumProd", false, false, x, 0), ElementsAre(1, 2, 3, 4, 10, 18));
  EXPECT_THAT(run("CumProd", false, false, x, -1), ElementsAre(1, 2, 6, 4, 20, 120));
  EXPECT_TRUE(run("CumProd", false, false, floats({2, 0}, {}), 1).empty());
}

TEST(CumProd, of_integers_wraps_around) {
  const Tensor x{DataType::Int8, {3}, {100, 3, -1}};
  EXPECT_THAT(run("CumProd", false, false, x), ElementsAre(100, 44, -44));
}

}  // namespace
}  // namespace trtlike::op_test
