// ConvolutionPair: numbers worked by hand, and what it refuses.
#include "support/run_op.h"
#include "trtlike/error.h"

namespace trtlike::test {
namespace {

using Ints = std::vector<int64_t>;

Dims infer_dims(const Dims& input, const Dims& first, const Dims& second,
                const AttributeList& given) {
  const ops::TensorType absent;
  const auto floats = [](const Dims& dims) { return ops::TensorType{DataType::Float, dims}; };
  return infer_op("ConvolutionPair", {floats(input), floats(first), absent, floats(second), absent},
                  given)[0]
      .dims;
}

void expect_refusal(const Dims& first, const Dims& second, const AttributeList& given,
                    const std::string& part) {
  expect_error<UserError>([&] { infer_dims({1, 4, 9, 9}, first, second, given); }, part);
}

/// One channel becomes two (x and 1 - 2 x), relu makes (1, 2, 3) and (0, 0, 0) of x = 1, 2, 3, and
/// filters of three columns with a zero at each side give sums of neighbours times 1, 10, 100.
TEST(ConvolutionPair, pixels_then_columns) {
  const std::vector<Tensor> inputs = {{DataType::Float, {1, 1, 1, 3}, {1, 2, 3}},
                                      {DataType::Float, {2, 1, 1, 1}, {1, -2}},
                                      {DataType::Float, {2}, {0, 1}},
                                      {DataType::Float, {2, 1, 1, 3}, {1, 10, 100, 7, 7, 7}},
                                      {DataType::Float, {2}, {0.5, -1}}};
  const Tensor y = run_op("ConvolutionPair", inputs,
                          {{"num_groups", int64_t{2}},
                           {"pre_padding", Ints{0, 1}},
                           {"post_padding", Ints{0, 1}},
                           {"first_program", std::string("in 1; v1 = relu v0; out v1")},
                           {"program", std::string("in 1; v1 = clip v0 -0.5 300; out v1")}});
  EXPECT_EQ(y.dims, (Dims{1, 2, 1, 3}));
  EXPECT_THAT(y.elements(), testing::ElementsAre(210.5, 300.0, 32.5, -0.5, -0.5, -0.5));
}

TEST(ConvolutionPair, extents_are_those_of_the_second) {
  const AttributeList given{{"num_groups", int64_t{6}},
                            {"stride", Ints{2, 2}},
                            {"pre_padding", Ints{1, 1}},
                            {"post_padding", Ints{1, 1}}};
  EXPECT_EQ(infer_dims({2, 4, 9, 8}, {6, 4, 1, 1}, {6, 1, 3, 3}, given), (Dims{2, 6, 5, 4}));
  EXPECT_EQ(infer_dims({-1, 4, -1, 8}, {6, 4, 1, 1}, {6, 1, 3, 3}, given), (Dims{-1, 6, -1, 4}));
}

TEST(ConvolutionPair, refuses_larger_windows_and_filters_over_several_channels) {
  const AttributeList given{{"num_groups", int64_t{6}}};
  expect_refusal({6, 4, 3, 3}, {6, 1, 3, 3}, given,
                 "'first_kernel': expected spatial extents of 1, got shape [6, 4, 3, 3]");
  expect_refusal({6, 4, 1, 1}, {6, 2, 3, 3}, {{"num_groups", int64_t{3}}},
                 "expected a group for each of 6 channels, got 3");
  expect_refusal(
      {6, 4, 1, 1}, {6, 1, 3, 3},
      {{"num_groups", int64_t{6}}, {"program", std::string("in 2; v2 = sum v0 v1; out v2")}},
      "'program': expected 1 input, got 2");
}

}  // namespace
}  // namespace trtlike::test
