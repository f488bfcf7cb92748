// QuantizedConvolution and QuantizedMatrixMultiply against numbers worked by hand.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::AttributeList;
using test::Tensor;
using testing::ElementsAre;

constexpr auto kUInt8 = static_cast<int64_t>(DataType::UInt8);
constexpr auto kInt8 = static_cast<int64_t>(DataType::Int8);

/// Two channels of a 1 x 3 image around the zero point 10, and one filter 2, 1, -1 of each.
const Tensor image{DataType::UInt8, {1, 2, 1, 3}, {12, 10, 255, 0, 11, 10}};
const Tensor filter{DataType::Int8, {1, 2, 1, 3}, {2, 1, -1, 127, 0, -128}};
const Tensor rescale{DataType::Float, {2, 1}, {0.5, 1}};
const AttributeList padded{{"zero_point", int64_t{10}},
                           {"pre_padding", std::vector<int64_t>{0, 1}},
                           {"post_padding", std::vector<int64_t>{0, 1}}};

TEST(QuantizedConvolution, pads_with_the_zero_point_and_rescales_the_sums) {
  // Less the zero point: 2 0 245 and -10 1 0. Sums: 2 + 0 - 128 = -126; 4 - 245 - 1270 = -1511;
  // 245 + 127 = 372.
  EXPECT_THAT(test::run_op("QuantizedConvolution", {image, filter, rescale}, padded).elements(),
              ElementsAre(-62, -754.5, 187));
}

TEST(QuantizedDeconvolution, scatters_filters_and_rescales_the_sums) {
  // Less the zero point: 2 -1, in steps of 2: 2 * (3 1 -1) and -1 * (3 1 -1) overlap in a point.
  EXPECT_THAT(test::run_op("QuantizedDeconvolution",
                           {{DataType::UInt8, {1, 1, 1, 2}, {12, 9}},
                            {DataType::Int8, {1, 1, 1, 3}, {3, 1, -1}},
                            {DataType::Float, {2, 1}, {0.5, 1}}},
                           {{"zero_point", int64_t{10}}, {"stride", std::vector<int64_t>{1, 2}}})
                  .elements(),
              ElementsAre(4, 2, -1.5, 0.5, 1.5));
}

TEST(QuantizedConvolution, runs_the_program_and_saturates_what_it_stores) {
  AttributeList attributes = padded;
  attributes.emplace_back("program",
                          "in 2; v2 = sum v0 v1; v3 = constant 2; v4 = div v2 v3; v5 = round v4; "
                          "v6 = constant 100; v7 = sum v5 v6; out v7");
  attributes.emplace_back("to_type", kUInt8);
  const Tensor residual{DataType::Int8, {1, 1, 1, 3}, {-3, 0, 5}};
  // -65 / 2 rounds to -32, half to even.
  EXPECT_THAT(test::run_op("QuantizedConvolution", {image, filter, rescale, residual}, attributes)
                  .elements(),
              ElementsAre(68, 0, 196));
}

TEST(QuantizedMatrixMultiply, reads_either_order_of_the_weights) {
  const Tensor a{DataType::Int8, {2, 2}, {-128, 127, 0, -1}};
  const Tensor factors{DataType::Float, {2, 3}, {1, 1, 1, 0, 0, 0.5}};
  const Tensor b{DataType::Int8, {2, 3}, {1, -128, 0, 0, 127, 2}};
  const Tensor turned{DataType::Int8, {3, 2}, {1, 0, -128, 127, 0, 2}};
  const AttributeList zero{{"zero_point", int64_t{-1}}};
  // Less the zero point: -127 128 and 1 0.
  const auto expected = ElementsAre(-127, 127 * 128 + 128 * 127, 256.5, 1, -128, 0.5);
  EXPECT_THAT(test::run_op("QuantizedMatrixMultiply", {a, b, factors}, zero).elements(), expected);
  EXPECT_THAT(test::run_op("QuantizedMatrixMultiply", {a, turned, factors},
                           {{"zero_point", int64_t{-1}}, {"op1", int64_t{1}}})
                  .elements(),
              expected);
}

TEST(QuantizedMatrixMultiply, is_of_the_type_that_it_is_asked_for) {
  const std::vector<TensorType> inputs{
      {DataType::UInt8, {-1, 4}}, {DataType::Int8, {4, 3}}, {DataType::Float, {2, 3}}};
  EXPECT_EQ(test::infer_op("QuantizedMatrixMultiply", inputs)[0],
            (TensorType{DataType::Float, {-1, 3}}));
  EXPECT_EQ(test::infer_op("QuantizedMatrixMultiply", inputs, {{"to_type", kInt8}})[0],
            (TensorType{DataType::Int8, {-1, 3}}));
}

}  // namespace
}  // namespace trtlike::ops
