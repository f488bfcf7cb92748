// Col2Im: blocks that overlap, are apart, and reach beyond the image.
#include <gmock/gmock.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using Ints = std::vector<int64_t>;

TEST(Col2Im, sums_what_meets_in_one_pixel) {
  // Blocks of 2 in a line of 4: three of them, each column a block.
  const OpRunner line("Col2Im", {},
                      {floats({1, 2, 3}, {1, 2, 3, 10, 20, 30}), ints({4}), ints({2})});
  EXPECT_EQ(line.dims(), (Dims{1, 1, 4}));
  EXPECT_THAT(line.elements(), ElementsAre(1, 12, 23, 30));
}

TEST(Col2Im, keeps_strides_dilations_and_pads) {
  const OpRunner strided("Col2Im", {{"strides", Ints{2}}},
                         {floats({1, 2, 2}, {1, 2, 10, 20}), ints({4}), ints({2})});
  EXPECT_THAT(strided.elements(), ElementsAre(1, 10, 2, 20));
  const OpRunner dilated("Col2Im", {{"dilations", Ints{2}}},
                         {floats({1, 2, 2}, {1, 2, 10, 20}), ints({4}), ints({2})});
  EXPECT_THAT(dilated.elements(), ElementsAre(1, 2, 10, 20));
  const OpRunner padded("Col2Im", {{"pads", Ints{1, 0}}},
                        {floats({1, 2, 2}, {1, 2, 10, 20}), ints({2}), ints({2})});
  EXPECT_THAT(padded.elements(), ElementsAre(12, 20));
}

TEST(Col2Im, splits_channels_from_blocks) {
  const OpRunner planes("Col2Im", {}, {counting({1, 8, 1}), ints({2, 2}), ints({2, 2})});
  EXPECT_EQ(planes.dims(), (Dims{1, 2, 2, 2}));
  EXPECT_THAT(planes.elements(), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Col2Im, takes_extents_that_are_not_known) {
  OpRunner runner("Col2Im", {}, {counting({1, 4, 4}), ints({3, 3}), ints({2, 2})});
  EXPECT_EQ(runner.know(0, {-1, -1, -1}).dims(), (Dims{-1, -1, 3, 3}));
  EXPECT_EQ(runner.know(1, {2}).dims(), (Dims{-1, -1, -1, -1}));
}

}  // namespace
}  // namespace trtlike::op_test
