// BitCast: the same bits under another type.
#include <gmock/gmock.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;

std::vector<double> bits(Tensor input, DataType to) {
  return OpRunner("BitCast", {{"to_type", enum_number(to)}}, {std::move(input)}).elements();
}

TEST(BitCast, reads_the_bits_of_ieee_numbers) {
  // 1 is sign 0, exponent 127, fraction 0; -2 sign 1, exponent 128.
  EXPECT_THAT(bits(floats({2}, {1, -2}), DataType::Int32), ElementsAre(0x3f800000, -0x40000000));
  EXPECT_THAT(bits({DataType::Half, {2}, {1, 65504}}, DataType::Int16),
              ElementsAre(0x3c00, 0x7bff));
  EXPECT_THAT(bits({DataType::Int32, {1}, {0x40490fdb}}, DataType::Float),
              ElementsAre(static_cast<double>(3.14159274f)));
}

TEST(BitCast, wraps_signs) {
  EXPECT_THAT(bits({DataType::Int8, {3}, {-1, -128, 5}}, DataType::UInt8),
              ElementsAre(255, 128, 5));
}

TEST(BitCast, takes_any_number_but_0_for_true) {
  EXPECT_THAT(bits({DataType::UInt8, {3}, {0, 1, 6}}, DataType::Bool), ElementsAre(0, 1, 1));
  EXPECT_THAT(bits({DataType::Bool, {2}, {1, 0}}, DataType::UInt8), ElementsAre(1, 0));
}

TEST(BitCast, keeps_extents_that_are_not_known) {
  OpRunner cast("BitCast", {{"to_type", enum_number(DataType::Int32)}}, {floats({0, 3}, {})});
  EXPECT_TRUE(cast.elements().empty());
  EXPECT_EQ(cast.know(0, {-1, 3}).dims(), (Dims{-1, 3}));
}

}  // namespace
}  // namespace trtlike::op_test
