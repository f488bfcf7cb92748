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
