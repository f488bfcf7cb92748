// MelWeightMatrix: triangles whose corners are worked by hand.
#include <gmock/gmock.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;

OpRunner mel(double bins, double length, double rate, double low, double high) {
  const auto number = [](double v) { return Tensor{DataType::Int64, {}, {v}}; };
  return OpRunner(
      "MelWeightMatrix", {},
      {number(bins), number(length), number(rate), floats({}, {low}), floats({}, {high})});
}

TEST(MelWeightMatrix, is_a_triangle_for_each_bin) {
  // One band between 0 and 1 kHz: steps of 1000 / 3 mel, so corners at 0, 240.9 and 564.7 Hz, which
  // are bins 0, 2.05 and 4.80 of (16 + 1) / 2000 a Hz.
  EXPECT_THAT(mel(1, 16, 2000, 0, 1000).elements(), ElementsAre(0, 0.5, 1, 0.5, 0, 0, 0, 0, 0));
}

TEST(MelWeightMatrix, cuts_off_what_lies_above_the_spectrum) {
  EXPECT_EQ(mel(2, 4, 100, 0, 4000).dims(), (Dims{3, 2}));
  for (const double weight : mel(2, 4, 100, 0, 4000).elements()) EXPECT_LE(weight, 1);
}

TEST(MelWeightMatrix, takes_sizes_that_are_not_known) {
  OpRunner runner = mel(3, 8, 100, 0, 50);
  EXPECT_EQ(runner.know(0, {}).dims(), (Dims{5, -1}));
  EXPECT_EQ(runner.know(1, {}).dims(), (Dims{-1, -1}));
}

}  // namespace
}  // namespace trtlike::op_test
