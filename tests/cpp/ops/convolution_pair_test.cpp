// ConvolutionPair: numbers worked by hand, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/op.h"

namespace trtlike::ops {
namespace {

using Given = std::vector<std::pair<std::string, AttributeValue>>;
using Ints = std::vector<int64_t>;
using testing::ElementsAre;
using testing::HasSubstr;

Dims infer_dims(const Dims& input, const Dims& first, const Dims& second, const Given& given) {
  const TensorType absent;
  const TensorType inputs[] = {{DataType::Float, input},
                               {DataType::Float, first},
                               absent,
                               {DataType::Float, second},
                               absent};
  std::vector<TensorType> outputs;
  const OpDefinition& op = get_op("ConvolutionPair");
  infer(op, complete_attributes(op, given), inputs, {}, outputs);
  return outputs[0].dims;
}

std::string message(const Dims& input, const Dims& first, const Dims& second, const Given& given) {
  try {
    infer_dims(input, first, second, given);
  } catch (const UserError& e) {
    return e.what();
  }
  return "no error";
}

/// One channel becomes two (x and 1 - 2 x), relu makes (1, 2, 3) and (0, 0, 0) of x = 1, 2, 3, and
/// filters of three columns with a zero at each side give sums of neighbours times 1, 10, 100.
TEST(ConvolutionPair, pixels_then_columns) {
  std::vector<float> x = {1, 2, 3}, first = {1, -2}, bias = {0, 1};
  std::vector<float> second = {1, 10, 100, 7, 7, 7}, second_bias = {0.5, -1};
  std::vector<float> y(6, -9.0f);
  const core::TensorView inputs[] = {{x.data(), DataType::Float, Dims{1, 1, 1, 3}},
                                     {first.data(), DataType::Float, Dims{2, 1, 1, 1}},
                                     {bias.data(), DataType::Float, Dims{2}},
                                     {second.data(), DataType::Float, Dims{2, 1, 1, 3}},
                                     {second_bias.data(), DataType::Float, Dims{2}}};
  const core::TensorView outputs[] = {{y.data(), DataType::Float, Dims{1, 2, 1, 3}}};
  const OpDefinition& op = get_op("ConvolutionPair");
  const Attributes attributes =
      complete_attributes(op, {{"num_groups", int64_t{2}},
                               {"pre_padding", Ints{0, 1}},
                               {"post_padding", Ints{0, 1}},
                               {"first_program", std::string("in 1; v1 = relu v0; out v1")},
                               {"program", std::string("in 1; v1 = clip v0 -0.5 300; out v1")}});
  op.reference({attributes, inputs, outputs});
  EXPECT_THAT(y, ElementsAre(210.5f, 300.0f, 32.5f, -0.5f, -0.5f, -0.5f));
}

TEST(ConvolutionPair, extents_are_those_of_the_second) {
  const Given given{{"num_groups", int64_t{6}},
                    {"stride", Ints{2, 2}},
                    {"pre_padding", Ints{1, 1}},
                    {"post_padding", Ints{1, 1}}};
  EXPECT_EQ(infer_dims({2, 4, 9, 8}, {6, 4, 1, 1}, {6, 1, 3, 3}, given), (Dims{2, 6, 5, 4}));
  EXPECT_EQ(infer_dims({-1, 4, -1, 8}, {6, 4, 1, 1}, {6, 1, 3, 3}, given), (Dims{-1, 6, -1, 4}));
}

TEST(ConvolutionPair, refuses_larger_windows_and_filters_over_several_channels) {
  const Given given{{"num_groups", int64_t{6}}};
  EXPECT_THAT(message({1, 4, 9, 9}, {6, 4, 3, 3}, {6, 1, 3, 3}, given),
              HasSubstr("'first_kernel': expected spatial extents of 1, got shape [6, 4, 3, 3]"));
  EXPECT_THAT(message({1, 4, 9, 9}, {6, 4, 1, 1}, {6, 2, 3, 3}, {{"num_groups", int64_t{3}}}),
              HasSubstr("expected a group for each of 6 channels, got 3"));
  EXPECT_THAT(message({1, 4, 9, 9}, {6, 4, 1, 1}, {6, 1, 3, 3},
                      {{"num_groups", int64_t{6}},
                       {"program", std::string("in 2; v2 = sum v0 v1; out v2")}}),
              HasSubstr("'program': expected 1 input, got 2"));
}

}  // namespace
}  // namespace trtlike::ops
