// Codes of narrow types against their tables in the OCP specifications and ONNX's Cast.
#include "core/narrow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/dtype.h"

namespace trtlike::core {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double decode(DataType dtype, uint8_t code) { return narrow_element(&code, dtype, 0); }

uint8_t encode(DataType dtype, double v, const NarrowRounding& how = {}) {
  uint8_t code = 0;
  set_narrow_element(&code, dtype, 0, v, how);
  return code;
}

constexpr DataType kFloats[] = {DataType::FP8, DataType::FP8E5M2, DataType::FP8E4M3FNUZ,
                                DataType::FP8E5M2FNUZ, DataType::FP4};

TEST(Narrow, codes_mean_what_their_tables_say) {
  EXPECT_EQ(decode(DataType::FP8, 0x01), 0x1p-9);
  EXPECT_EQ(decode(DataType::FP8, 0x7e), 448);
  EXPECT_EQ(decode(DataType::FP8, 0xb8), -1);
  EXPECT_EQ(decode(DataType::FP8E5M2, 0x01), 0x1p-16);
  EXPECT_EQ(decode(DataType::FP8E5M2, 0x7b), 57344);
  EXPECT_EQ(decode(DataType::FP8E5M2, 0xfc), -kInf);
  EXPECT_EQ(decode(DataType::FP8E4M3FNUZ, 0x7f), 240);
  EXPECT_EQ(decode(DataType::FP8E5M2FNUZ, 0x7f), 57344);
  EXPECT_EQ(decode(DataType::E8M0, 127), 1);
  EXPECT_EQ(decode(DataType::E8M0, 0), 0x1p-127);
  EXPECT_EQ(decode(DataType::Int4, 0x0f), -1);
  EXPECT_EQ(decode(DataType::UInt4, 0x0f), 15);
  EXPECT_EQ(decode(DataType::Int2, 0x02), -2);
  std::vector<double> fp4;
  for (uint8_t code = 0; code < 8; ++code) fp4.push_back(decode(DataType::FP4, code));
  EXPECT_THAT(fp4, testing::ElementsAre(0, 0.5, 1, 1.5, 2, 3, 4, 6));
}

TEST(Narrow, what_no_cpp_type_holds_is_narrow) {
  for (const DataType dtype : all_dtypes()) {
    if (is_narrow(dtype)) {
      EXPECT_GT(narrow_range(dtype).max, 0) << dtype_name(dtype);
      EXPECT_THROW(dispatch_dtype(dtype, "type", [](auto) {}), UnsupportedError);
    } else {
      EXPECT_NO_THROW(dispatch_dtype(dtype, "type", [](auto) {})) << dtype_name(dtype);
    }
  }
}

TEST(Narrow, every_number_is_its_own_code) {
  for (const DataType dtype : kFloats) {
    const int codes = dtype == DataType::FP4 ? 16 : 256;
    for (int code = 0; code < codes; ++code) {
      const double v = decode(dtype, static_cast<uint8_t>(code));
      if (std::isnan(v)) continue;
      EXPECT_EQ(encode(dtype, v, {.saturates = false}), code) << dtype_name(dtype);
    }
  }
  // The smallest is no normal float, which ONNX's rounding takes for one between two powers.
  for (int code = 1; code < 255; ++code)
    EXPECT_EQ(encode(DataType::E8M0, decode(DataType::E8M0, static_cast<uint8_t>(code))), code);
}

TEST(Narrow, numbers_between_go_to_the_nearest_and_ties_to_the_even_code) {
  for (const DataType dtype : kFloats) {
    const int highest = dtype == DataType::FP4 ? 7 : 127;
    for (int code = 0; code < highest; ++code) {
      const double low = decode(dtype, static_cast<uint8_t>(code));
      const double high = decode(dtype, static_cast<uint8_t>(code + 1));
      if (!std::isfinite(low) || !std::isfinite(high)) continue;
      const double middle = (low + high) / 2;
      EXPECT_EQ(encode(dtype, middle), code % 2 == 0 ? code : code + 1) << dtype_name(dtype);
      EXPECT_EQ(encode(dtype, std::nextafter(middle, low)), code) << dtype_name(dtype);
      EXPECT_EQ(encode(dtype, std::nextafter(middle, high)), code + 1) << dtype_name(dtype);
    }
  }
}

TEST(Narrow, beyond_the_largest_number_is_the_largest_or_what_the_type_has) {
  constexpr NarrowRounding kNoLimit{.saturates = false};
  for (const DataType dtype : kFloats) {
    const double max = narrow_range(dtype).max;
    for (const double v : {max * 1.5, kInf}) {
      EXPECT_EQ(decode(dtype, encode(dtype, v)), max) << dtype_name(dtype);
      EXPECT_EQ(decode(dtype, encode(dtype, -v)), -max) << dtype_name(dtype);
    }
  }
  EXPECT_TRUE(std::isnan(decode(DataType::FP8, encode(DataType::FP8, 1000, kNoLimit))));
  EXPECT_EQ(decode(DataType::FP8E5M2, encode(DataType::FP8E5M2, -1e6, kNoLimit)), -kInf);
  EXPECT_EQ(encode(DataType::FP8E4M3FNUZ, 1000, kNoLimit), 0x80);
  EXPECT_EQ(encode(DataType::FP8E5M2FNUZ, kNan), 0x80);
  EXPECT_EQ(encode(DataType::FP8E5M2FNUZ, -0.0), 0);
  EXPECT_EQ(encode(DataType::FP8, -0.0), 0x80);
}

TEST(Narrow, powers_of_two_go_up_down_or_to_the_nearest) {
  const auto power = [](double v, PowerRounding how) {
    return decode(DataType::E8M0, encode(DataType::E8M0, v, {.powers = how}));
  };
  EXPECT_EQ(power(2.5, PowerRounding::Up), 4);
  EXPECT_EQ(power(3.9, PowerRounding::Down), 2);
  EXPECT_EQ(power(2.9, PowerRounding::Nearest), 2);
  EXPECT_EQ(power(3, PowerRounding::Nearest), 4);
  EXPECT_EQ(power(2, PowerRounding::Up), 2);
  EXPECT_EQ(encode(DataType::E8M0, kNan), 0xff);
  EXPECT_EQ(encode(DataType::E8M0, 0x1.8p127), 0xfe);
}

TEST(Narrow, integers_keep_their_low_bits) {
  EXPECT_EQ(decode(DataType::Int4, encode(DataType::Int4, 9)), -7);
  EXPECT_EQ(decode(DataType::UInt4, encode(DataType::UInt4, -1)), 15);
  EXPECT_EQ(decode(DataType::Int2, encode(DataType::Int2, -1.9)), -1);
  EXPECT_EQ(decode(DataType::UInt2, encode(DataType::UInt2, kNan)), 0);
}

TEST(Narrow, neighbours_in_a_byte_stay) {
  std::array<uint8_t, 2> bytes{0xff, 0xff};
  set_narrow_element(bytes.data(), DataType::UInt2, 5, 1);
  set_narrow_element(bytes.data(), DataType::UInt2, 1, 0);
  EXPECT_EQ(bytes[0], 0xf3);
  EXPECT_EQ(bytes[1], 0xf7);
  EXPECT_EQ(narrow_element(bytes.data(), DataType::UInt2, 5), 1);
}

}  // namespace
}  // namespace trtlike::core
