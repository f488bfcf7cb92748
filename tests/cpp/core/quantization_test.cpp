// What a quantization says of a tensor: counts, comparisons, text, and each thing it can get wrong.
#include "core/quantization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace trtlike::core {
namespace {

using testing::HasSubstr;

const Quantization kNone;

TEST(Quantization, a_tensor_without_one_is_not_quantized) {
  EXPECT_FALSE(kNone);
  EXPECT_EQ(kNone.to_string(), "");
  EXPECT_EQ(kNone.find_fault(DataType::Float, {2}), std::nullopt);
  EXPECT_FALSE(kNone.without_numbers());
  EXPECT_TRUE(Quantization::per_tensor(1));
}

TEST(Quantization, equal_ones_say_the_same) {
  const auto channels = [](float last) { return Quantization::per_channel(0, {0.5f, last}); };
  EXPECT_EQ(channels(2), channels(2));
  EXPECT_NE(channels(2), channels(3));
  EXPECT_NE(channels(2), Quantization::per_channel(1, {0.5f, 2}));
  EXPECT_NE(channels(2), Quantization::per_block(0, 1, {0.5f, 2}));
  EXPECT_NE(channels(2), channels(2).without_numbers());
  EXPECT_NE(Quantization::per_tensor(1), kNone);
  EXPECT_NE(kNone, Quantization::per_tensor(1));
  EXPECT_EQ(kNone, Quantization());
  EXPECT_NE(Quantization::per_tensor(1), Quantization::per_tensor(1, 5));
  EXPECT_EQ(Quantization::per_tensor(1), Quantization::per_tensor(1, 0));
  EXPECT_EQ(channels(2), Quantization::per_channel(0, {0.5f, 2}, {0, 0}));
}

TEST(Quantization, scales_are_one_for_the_tensor_each_index_or_each_block) {
  const Dims dims{6, 10, 3};
  EXPECT_EQ(Quantization::per_tensor(1).count(dims), 1);
  EXPECT_EQ(Quantization::per_channel(1, {}).count(dims), 10);
  EXPECT_EQ(Quantization::per_block(1, 4, {}).count(dims), 6 * 3 * 3);
  EXPECT_EQ(Quantization::per_block(0, 6, {}).count(dims), 10 * 3);
  EXPECT_EQ(Quantization::per_block(1, INT64_MAX, {}).count(dims), 6 * 3);
  EXPECT_EQ(Quantization::per_channel(1, {}).count({-1, 10, 3}), 10);
  EXPECT_EQ(Quantization::per_channel(0, {}).count({-1, 10, 3}), std::nullopt);
  EXPECT_EQ(Quantization::per_block(1, 4, {}).count({-1, 10, 3}), std::nullopt);
  EXPECT_EQ(Quantization::per_channel(3, {}).count(dims), std::nullopt);
}

TEST(Quantization, text_has_the_scheme_and_numbers_that_read_back) {
  EXPECT_EQ(Quantization::per_tensor(0.1f).to_string(), "quantized scale 0.1");
  EXPECT_EQ(Quantization::per_tensor(1.0f / 3, -3).to_string(),
            "quantized asymmetric scale 0.33333334 zero -3");
  const Quantization channels = Quantization::per_channel(1, {0.5f, 2}, {0, 7});
  EXPECT_EQ(channels.to_string(), "quantized along 1 asymmetric scale [0.5, 2] zero [0, 7]");
  EXPECT_EQ(channels.scheme(), "quantized along 1 asymmetric");
  const Quantization blocks = Quantization::per_block(0, 32, {1, 2});
  EXPECT_EQ(blocks.scheme(), "quantized along 0 by 32");
  EXPECT_EQ(blocks.without_numbers().to_string(), blocks.scheme());
  EXPECT_EQ(channels.without_numbers().scheme(), channels.scheme());
}

struct Case {
  Quantization quantization;
  DataType dtype;
  Dims dims;
  const char* says;
};

TEST(Quantization, each_fault_is_named) {
  const Dims dims{2, 3};
  const auto channels = [](std::vector<float> scales, std::vector<int32_t> zeros = {}) {
    return Quantization::per_channel(0, std::move(scales), std::move(zeros));
  };
  const Case cases[] = {
      {channels({1, 2}), DataType::Float, dims, "element type: expected one of "},
      {channels({1, 2}), DataType::Int32, dims, "got INT32."},
      {Quantization::per_channel(2, {1}), DataType::Int8, dims,
       "axis: expected -1 or an axis of [2, 3], got 2."},
      {Quantization::per_channel(-2, {1}), DataType::Int8, dims, "got -2."},
      {Quantization::per_block(0, -1, {1}), DataType::Int8, dims, "block: expected at least 0"},
      {Quantization::per_block(-1, 4, {1}), DataType::Int8, dims, "and an axis for more, got 4."},
      {channels({1}), DataType::Int8, dims,
       "scales: expected 2 for [2, 3], quantized along 0, got 1."},
      {Quantization::per_block(1, 2, {1, 1, 1}), DataType::Int8, dims, "scales: expected 4 for"},
      {channels({1, 2}), DataType::Int8, {-1, 3}, "scales: expected known extents"},
      {channels({1, 0}), DataType::Int8, dims, "scale 1: expected a positive number, got 0."},
      {channels({-1, 1}), DataType::Int8, dims, "scale 0: expected a positive number, got -1."},
      {channels({1, NAN}), DataType::Int8, dims, "scale 1: expected a positive number, got nan."},
      {channels({INFINITY, 1}), DataType::Int8, dims, "scale 0: expected a positive number"},
      {channels({1, 1}, {1}), DataType::Int8, dims,
       "zero points: expected one for each of 2 scales, got 1."},
      {channels({1, 1}, {0, 128}), DataType::Int8, dims,
       "zero point 1: expected -128 to 127 for INT8, got 128."},
      {channels({1, 1}, {-1, 0}), DataType::UInt8, dims, "zero point 0: expected 0 to 255"},
      {channels({1, 1}, {8, 0}), DataType::Int4, dims, "zero point 0: expected -8 to 7"},
      {channels({1, 1}, {1, 0}), DataType::FP8, dims, "zero point 0: expected 0 to 0"},
      {Quantization::of(0, 0, true, {1, 1}, {0, 0}), DataType::Int8, dims,
       "zero points: expected none, got 2."},
  };
  for (const Case& one : cases)
    EXPECT_THAT(one.quantization.find_fault(one.dtype, one.dims).value_or("none"),
                HasSubstr(one.says));
}

TEST(Quantization, sound_ones_have_no_fault) {
  for (const DataType dtype : {DataType::Int8, DataType::UInt8, DataType::Int4})
    EXPECT_EQ(Quantization::per_channel(1, {1, 2, 3}, {1, 2, 7}).find_fault(dtype, {-1, 3}),
              std::nullopt);
  EXPECT_EQ(Quantization::per_tensor(1e-30f).find_fault(DataType::Int8, {-1, -1}), std::nullopt);
  EXPECT_EQ(Quantization::per_tensor(2).find_fault(DataType::FP8, {}), std::nullopt);
  EXPECT_EQ(Quantization::per_block(1, 2, {}).find_fault(DataType::Int4, {2, 3}), std::nullopt);
  EXPECT_EQ(Quantization::per_block(1, 2, {1, 2, 3, 4}).find_fault(DataType::Int4, {2, 3}),
            std::nullopt);
}

}  // namespace
}  // namespace trtlike::core
