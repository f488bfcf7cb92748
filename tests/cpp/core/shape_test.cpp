// Dimension arithmetic and 16-bit float conversion.
#include "core/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/dtype.h"
#include "trtlike/error.h"

namespace trtlike::core {
namespace {

TEST(Shape, broadcast_follows_onnx) {
  EXPECT_EQ(broadcast({8, 1, 6, 1}, {7, 1, 5}), (Dims{8, 7, 6, 5}));
  EXPECT_EQ(broadcast({}, {2}), (Dims{2}));
  EXPECT_EQ(broadcast({-1, 3}, {1, 3}), (Dims{-1, 3}));
}

TEST(Shape, broadcast_names_both_shapes) {
  try {
    broadcast({2, 3}, {4});
    FAIL() << "expected UserError";
  } catch (const UserError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("[2, 3] and [4]"));
  }
}

TEST(Dtype, doubles_round_to_halves_once) {
  // Just above the middle between 1 and the next half: a float between lies on it and rounds down.
  EXPECT_EQ(from_double<Half>(1 + 0x1p-11 + 0x1p-40).bits, 0x3c01);
  EXPECT_EQ(from_double<Half>(1 + 0x1p-11).bits, 0x3c00);
  EXPECT_EQ(from_double<Half>(-(1 + 0x1p-11 + 0x1p-40)).bits, 0xbc01);
  EXPECT_EQ(from_double<BFloat16>(1 + 0x1p-8 + 0x1p-40).bits, 0x3f81);
  EXPECT_EQ(from_double<Half>(1e300).bits, 0x7c00);
}

TEST(Dtype, every_type_has_its_own_name_and_number) {
  EXPECT_EQ(all_dtypes().size(), 17u);
  for (const DataType dtype : all_dtypes()) EXPECT_TRUE(is_dtype(static_cast<int64_t>(dtype)));
  EXPECT_FALSE(is_dtype(12));
  EXPECT_FALSE(is_dtype(-1));
  EXPECT_STREQ(dtype_name(DataType::Double), "DOUBLE");
  EXPECT_EQ(dtype_bytes(DataType::UInt16, 3), 6u);
  EXPECT_FALSE(is_host_type(DataType::UInt64));
}

TEST(Dtype, half_conversion_round_trips_every_bit_pattern) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Half h{static_cast<uint16_t>(bits)};
    const float f = half_to_float(h);
    if (std::isnan(f)) {
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(f))));
    } else {
      EXPECT_EQ(float_to_half(f).bits, h.bits);
    }
  }
}

TEST(Dtype, half_rounds_to_nearest_even_and_overflows_to_infinity) {
  EXPECT_EQ(float_to_half(1.0f + 0x1p-11f).bits, float_to_half(1.0f).bits);
  EXPECT_EQ(float_to_half(65520.0f).bits, 0x7c00);
  EXPECT_EQ(half_to_float(float_to_half(65519.0f)), 65504.0f);
  EXPECT_EQ(half_to_float(float_to_half(0x1p-25f)), 0.0f);
}

}  // namespace
}  // namespace trtlike::core
