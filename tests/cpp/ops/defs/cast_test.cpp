// Cast beyond the range of the target, in TensorRT's way and in ONNX's, and types beyond
// TensorRT's.
#include <gmock/gmock.h>

#include <cmath>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;

OpRunner cast(const Tensor& x, DataType to, bool keeps_low_bits = false) {
  return OpRunner("Cast",
                  {{"to_type", static_cast<int64_t>(to)}, {"keeps_low_bits", keeps_low_bits}}, {x});
}

TEST(CastRange, integers_saturate_in_8_bits_as_in_tensorrt) {
  EXPECT_THAT(cast(ints({300, -1, -200, 5}), DataType::UInt8).elements(),
              ElementsAre(255, 0, 0, 5));
  EXPECT_THAT(cast(ints({300, -1, -200, 5}), DataType::Int8).elements(),
              ElementsAre(127, -1, -128, 5));
  EXPECT_EQ(cast(ints({300, -200}), DataType::Int8).host(),
            (ops::HostValue{std::vector<int64_t>{127, -128}}));
}

TEST(CastRange, integers_keep_their_low_bits_as_in_onnx) {
  EXPECT_THAT(cast(ints({300, -1, -200, 5}), DataType::UInt8, true).elements(),
              ElementsAre(44, 255, 56, 5));
  EXPECT_EQ(cast(ints({300, -200}), DataType::UInt8, true).host(),
            (ops::HostValue{std::vector<int64_t>{44, 56}}));
}

TEST(CastRange, floats_wrap_in_types_that_tensorrt_has_not) {
  const Tensor x = floats({4}, {-1, 70000.5, std::nan(""), 5e9});
  EXPECT_THAT(cast(x, DataType::UInt16).elements(), ElementsAre(65535, 4464, 0, 61952));
  EXPECT_THAT(cast(x, DataType::UInt32).elements(), ElementsAre(4294967295.0, 70000, 0, 705032704));
}

TEST(CastRange, unsigned_64_bits_hold_what_signed_ones_do_not) {
  const Tensor x{DataType::Double, {2}, {0x1p63, 0x1p63 + 0x1p12}};
  EXPECT_THAT(cast(x, DataType::UInt64).elements(), ElementsAre(0x1p63, 0x1p63 + 0x1p12));
  EXPECT_EQ(cast(ints({5}), DataType::UInt64).host(), std::nullopt);
}

}  // namespace
}  // namespace trtlike::op_test
