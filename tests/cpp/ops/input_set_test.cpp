// InputSet: places below and beyond the bits of a word.
#include "ops/input_set.h"

#include <gtest/gtest.h>

namespace trtlike::ops {
namespace {

TEST(InputSet, holds_places_of_any_size) {
  InputSet set{1, 33};
  for (const size_t place : {40, 63, 64, 99, 1000}) set.insert(place);
  for (size_t place = 0; place < 1100; ++place)
    EXPECT_EQ(set.contains(place), place == 1 || place == 33 || place == 40 || place == 63 ||
                                       place == 64 || place == 99 || place == 1000)
        << place;
  EXPECT_EQ(set.count(), 7u);
  EXPECT_EQ(set.end(), 1001u);
  EXPECT_EQ(set.first_32(), 2u);
  EXPECT_EQ(set.to_string(), "1, 33, 40, 63, 64, 99, 1000");
}

TEST(InputSet, compares_and_nests) {
  EXPECT_TRUE(InputSet{}.empty());
  EXPECT_EQ(InputSet{}.end(), 0u);
  EXPECT_EQ(InputSet::of_mask(0b110), (InputSet{1, 2}));
  EXPECT_TRUE((InputSet{70}).is_within({3, 70}));
  EXPECT_FALSE((InputSet{70}).is_within({3, 71}));
  EXPECT_FALSE((InputSet{3}) == (InputSet{3, 64}));
}

}  // namespace
}  // namespace trtlike::ops
