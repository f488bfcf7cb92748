// OneHot: indices inside, below zero and outside.
#include <gmock/gmock.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;

std::vector<double> hot(double index, double depth) {
  return OpRunner("OneHot", {},
                  {Tensor{DataType::Int64, {}, {index}}, floats({2}, {2, 7}),
                   Tensor{DataType::Int64, {}, {depth}}})
      .elements();
}

TEST(OneHot, counts_from_the_back_once) {
  EXPECT_THAT(hot(1, 3), ElementsAre(2, 7, 2));
  EXPECT_THAT(hot(-1, 3), ElementsAre(2, 2, 7));
  EXPECT_THAT(hot(-3, 3), ElementsAre(7, 2, 2));
}

TEST(OneHot, turns_none_on_for_an_index_outside) {
  for (const double index : {3, 5, -4, -6}) EXPECT_THAT(hot(index, 3), ElementsAre(2, 2, 2));
}

}  // namespace
}  // namespace trtlike::op_test
