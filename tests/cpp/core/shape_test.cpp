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
  EXPECT_EQ(all_dtypes().size(), 23u);
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

template <typename F>
std::string refusal(F&& call) {
  try {
    call();
  } catch (const UserError& e) {
    return e.what();
  }
  return "";
}

TEST(Shape, counts_that_no_memory_holds_are_refused_before_they_wrap) {
  using testing::HasSubstr;
  const Dims shapes[] = {{(int64_t{1} << 59) + 4},
                         {int64_t{1} << 60},
                         {INT64_MAX},
                         {int64_t{1} << 33, int64_t{1} << 33},
                         {0, int64_t{1} << 62},
                         {int64_t{1} << 40, 0, int64_t{1} << 40},
                         {INT64_MAX, INT64_MAX, 4},
                         {(int64_t{1} << 48) + 1}};
  for (const Dims& dims : shapes) {
    EXPECT_THAT(refusal([&] { elems(dims); }), HasSubstr("expected at most 2^48 elements")) << dims;
    EXPECT_THAT(refusal([&] { check_extents(dims, "[test] x"); }),
                HasSubstr("[test] x: expected at most 2^48 elements, got shape"))
        << dims;
  }
  EXPECT_EQ(elems({int64_t{1} << 48, 1}), int64_t{1} << 48);
  EXPECT_EQ(elems({int64_t{1} << 40, 0}), 0);
  check_extents({-1, int64_t{1} << 40, -1, 0}, "x");
  EXPECT_THAT(refusal([] { check_extents({2, -5}, "[test] x"); }),
              HasSubstr("[test] x: expected extents of 0 or more, got shape [2, -5]."));
}

TEST(Shape, numbers_that_do_not_fit_64_bits_are_refused) {
  using testing::HasSubstr;
  EXPECT_EQ(checked_product(-4, int64_t{1} << 61, "x"), INT64_MIN);
  EXPECT_EQ(checked_sum(INT64_MAX, -1, "x"), INT64_MAX - 1);
  EXPECT_THAT(
      refusal([] { checked_product(4, int64_t{1} << 62, "extent"); }),
      HasSubstr("[core] extent: expected a number of 64 bits, got 4 * 4611686018427387904."));
  EXPECT_THAT(refusal([] { checked_sum(INT64_MIN, -1, "extent"); }), HasSubstr("64 bits"));
}

TEST(Dtype, bytes_are_counted_for_every_width_and_refused_for_impossible_counts) {
  EXPECT_EQ(dtype_bytes(DataType::Int4, 5), 3u);
  EXPECT_EQ(dtype_bytes(DataType::Int64, int64_t{1} << 48), size_t{1} << 51);
  EXPECT_EQ(packed_bytes(3, 64), 24u);
  for (const int64_t count : {int64_t{-1}, (int64_t{1} << 59) + 4, int64_t{1} << 60, INT64_MAX})
    for (const DataType dtype : {DataType::Int4, DataType::Half, DataType::Float, DataType::Int64})
      EXPECT_THAT(refusal([&] { dtype_bytes(dtype, count); }),
                  testing::HasSubstr("expected between 0 and 2^48 elements"));
  EXPECT_THAT(refusal([] { dtype_bytes(static_cast<DataType>(99), 1); }),
              testing::HasSubstr("element type: expected the number of a DataType, got 99"));
}

}  // namespace
}  // namespace trtlike::core
