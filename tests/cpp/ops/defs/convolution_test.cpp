// Convolution and Deconvolution: shape rules and references against numbers worked out elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "ops/op.h"

namespace trtlike::ops {
namespace {

using Given = std::vector<std::pair<std::string, AttributeValue>>;
using Ints = std::vector<int64_t>;
using testing::ElementsAre;
using testing::HasSubstr;

Dims infer_dims(const char* op, const Dims& input, const Dims& kernel, const Given& given) {
  const TensorType inputs[] = {{DataType::Float, input}, {DataType::Float, kernel}};
  std::vector<TensorType> outputs;
  infer(get_op(op), complete_attributes(get_op(op), given), inputs, {}, outputs);
  return outputs[0].dims;
}

/// Input elements 0, 1, 2, ...; kernel elements first, first + 1, ...
std::vector<float> compute(const char* op, const Dims& input, const Dims& kernel, float first,
                           std::vector<float> bias, const Given& given) {
  std::vector<float> x(static_cast<size_t>(core::elems(input)));
  std::vector<float> w(static_cast<size_t>(core::elems(kernel)));
  std::iota(x.begin(), x.end(), 0.0f);
  std::iota(w.begin(), w.end(), first);
  const Dims out = infer_dims(op, input, kernel, given);
  std::vector<float> y(static_cast<size_t>(core::elems(out)), -1.0f);
  const core::TensorView inputs[] = {
      {x.data(), DataType::Float, input},
      {w.data(), DataType::Float, kernel},
      {bias.data(), DataType::Float, Dims{static_cast<int64_t>(bias.size())}}};
  const core::TensorView outputs[] = {{y.data(), DataType::Float, out}};
  const Attributes attributes = complete_attributes(get_op(op), given);
  get_op(op).reference({nullptr, attributes, std::span(inputs, bias.empty() ? 2 : 3), outputs});
  return y;
}

std::string message(const char* op, const Dims& input, const Dims& kernel, const Given& given) {
  try {
    infer_dims(op, input, kernel, given);
  } catch (const UserError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Convolution, groups_stride_dilation_and_one_sided_padding) {
  const Given given{{"num_groups", int64_t{2}},
                    {"stride", Ints{1, 2}},
                    {"dilation", Ints{2, 1}},
                    {"pre_padding", Ints{0, 1}},
                    {"post_padding", Ints{1, 0}}};
  EXPECT_EQ(infer_dims("Convolution", {1, 2, 4, 5}, {2, 1, 2, 2}, given), (Dims{1, 2, 3, 3}));
  EXPECT_THAT(compute("Convolution", {1, 2, 4, 5}, {2, 1, 2, 2}, -3, {1, -1}, given),
              ElementsAre(1, -17, -29, -9, -47, -59, -19, -56, -66, 159, 285, 305, 189, 335, 355,
                          59, 94, 100));
}

TEST(Convolution, one_spatial_axis) {
  EXPECT_THAT(compute("Convolution", {1, 1, 4}, {1, 1, 3}, 1, {}, {{"pre_padding", Ints{1}}}),
              ElementsAre(0 * 2 + 1 * 3, 0 * 1 + 1 * 2 + 2 * 3, 1 * 1 + 2 * 2 + 3 * 3));
}

TEST(Convolution, three_spatial_axes) {
  EXPECT_THAT(compute("Convolution", {1, 1, 2, 2, 3}, {1, 1, 2, 2, 2}, 0, {0.5f}, {}),
              ElementsAre(0.5f + 1 * 1 + 2 * 3 + 3 * 4 + 4 * 6 + 5 * 7 + 6 * 9 + 7 * 10,
                          0.5f + 1 * 2 + 2 * 4 + 3 * 5 + 4 * 7 + 5 * 8 + 6 * 10 + 7 * 11));
}

TEST(Convolution, padding_modes) {
  const auto dims = [](int64_t mode) {
    return infer_dims("Convolution", {1, 1, 6, 7}, {1, 1, 3, 2},
                      {{"padding_mode", mode}, {"stride", Ints{2, 2}}});
  };
  EXPECT_EQ(dims(0), (Dims{1, 1, 2, 3}));
  EXPECT_EQ(dims(1), (Dims{1, 1, 3, 4}));
  EXPECT_EQ(dims(2), (Dims{1, 1, 3, 4}));
  const Given upper{{"padding_mode", int64_t{2}}}, lower{{"padding_mode", int64_t{3}}};
  EXPECT_THAT(compute("Convolution", {1, 1, 3}, {1, 1, 2}, 1, {}, upper), ElementsAre(2, 5, 2));
  EXPECT_THAT(compute("Convolution", {1, 1, 3}, {1, 1, 2}, 1, {}, lower), ElementsAre(0, 2, 5));
}

TEST(Convolution, unknown_extents_stay_unknown) {
  EXPECT_EQ(infer_dims("Convolution", {-1, 3, -1, 8}, {5, 3, 3, 3}, {}), (Dims{-1, 5, -1, 6}));
  EXPECT_EQ(infer_dims("Convolution", {0, 3, 8, 8}, {5, 3, 3, 3}, {}), (Dims{0, 5, 6, 6}));
}

TEST(Convolution, refusals_name_the_operand) {
  EXPECT_THAT(message("Convolution", {1, 3, 8, 8}, {5, 3, 3}, {}),
              HasSubstr("input 1 'kernel': expected rank 4, got rank 3 with shape [5, 3, 3]"));
  EXPECT_THAT(message("Convolution", {1, 4, 8, 8}, {5, 3, 3, 3}, {}),
              HasSubstr("expected 3 channels for kernel [5, 3, 3, 3] and 1 groups, got 4"));
  EXPECT_THAT(message("Convolution", {1, 4, 8, 8}, {5, 2, 3, 3}, {{"num_groups", int64_t{2}}}),
              HasSubstr("'num_groups': expected a divisor"));
  EXPECT_THAT(
      message("Convolution", {1, 4, 8, 8}, {5, 2, 3, 3}, {{"num_groups", int64_t{1} << 62}}),
      HasSubstr("'num_groups': expected 1 to 5 for kernel [5, 2, 3, 3], got 4611686018427387904"));
  EXPECT_THAT(message("Convolution", {1, 3, 2, 8}, {5, 3, 3, 3}, {}),
              HasSubstr("spatial extents of at least 3 for the window, got 2"));
  EXPECT_THAT(message("Convolution", {1, 3, 8, 8}, {5, 3, 3, 3}, {{"stride", Ints{1}}}),
              HasSubstr("'stride': expected 2 numbers, got [1]"));
  EXPECT_THAT(message("Convolution", {1, 3, 8, 8}, {5, 3, 3, 3}, {{"kernel_size", Ints{3, 5}}}),
              HasSubstr("'kernel_size': expected the extents of input 1"));
}

TEST(Deconvolution, stride_padding_and_output_padding) {
  const Given given{{"stride", Ints{2, 1}},
                    {"pre_padding", Ints{1, 0}},
                    {"post_padding", Ints{1, 0}},
                    {"output_padding", Ints{1, 0}}};
  EXPECT_EQ(infer_dims("Deconvolution", {1, 2, 2, 2}, {2, 1, 3, 2}, given), (Dims{1, 1, 4, 3}));
  EXPECT_THAT(compute("Deconvolution", {1, 2, 2, 2}, {2, 1, 3, 2}, 0, {0.5f}, given),
              ElementsAre(32.5f, 78.5f, 48.5f, 76.5f, 184.5f, 112.5f, 52.5f, 122.5f, 72.5f, 68.5f,
                          158.5f, 92.5f));
}

TEST(Deconvolution, groups_have_filters_of_their_own) {
  const Given given{{"stride", Ints{2, 2}}, {"num_groups", int64_t{2}}};
  const std::vector<float> out =
      compute("Deconvolution", {1, 2, 2, 2}, {2, 1, 3, 2}, 0, {0.5f, 1.5f}, given);
  EXPECT_THAT(std::vector<float>(out.begin(), out.begin() + 12),
              ElementsAre(0.5f, 0.5f, 0.5f, 1.5f, 0.5f, 0.5f, 2.5f, 3.5f, 0.5f, 2.5f, 4.5f, 8.5f));
  EXPECT_EQ(out[20], 25.5f);
  EXPECT_EQ(out[39], 78.5f);
}

TEST(Deconvolution, same_padding_multiplies_the_extent_by_the_stride) {
  EXPECT_EQ(infer_dims("Deconvolution", {1, 4, 5, -1}, {4, 2, 3, 3},
                       {{"stride", Ints{2, 2}}, {"padding_mode", int64_t{2}}}),
            (Dims{1, 2, 10, -1}));
  EXPECT_THAT(compute("Deconvolution", {1, 1, 3}, {1, 1, 3}, 1, {},
                      {{"stride", Ints{2}}, {"padding_mode", int64_t{2}}}),
              ElementsAre(0, 0, 1, 2, 5, 4));
}

TEST(Deconvolution, refusals_name_the_operand) {
  EXPECT_THAT(message("Deconvolution", {1, 3, 8, 8}, {5, 3, 3, 3}, {}),
              HasSubstr("input 0 'input': expected 5 channels for kernel [5, 3, 3, 3]"));
  EXPECT_THAT(message("Deconvolution", {1, 5, 2, 2}, {5, 3, 1, 1}, {{"pre_padding", Ints{3, 3}}}),
              HasSubstr("'pre_padding': expected less padding"));
}

TEST(FusedConvolution, program_reads_the_sums_and_broadcast_operands) {
  const Attributes attributes = complete_attributes(
      get_op("FusedConvolution"),
      {{"program", std::string("in 3; v3 = sum v0 v1; v4 = relu v3; v5 = prod v4 v2; out v5")}});
  float x[] = {1, 2, 3, 4}, w[] = {1, -1, 2, -2}, bias[] = {0.5f, 0}, residual[] = {1, 2, -4, 9};
  float factors[] = {10, 100}, y[4];
  const TensorType types[] = {{DataType::Float, {1, 2, 1, 2}},
                              {DataType::Float, {2, 2, 1, 1}},
                              {DataType::Float, {2}},
                              {DataType::Float, {1, 2, 1, 2}},
                              {DataType::Float, {1, 2, 1, 1}}};
  std::vector<TensorType> outputs;
  infer(get_op("FusedConvolution"), attributes, types, {}, outputs);
  EXPECT_EQ(outputs[0].dims, (Dims{1, 2, 1, 2}));
  const core::TensorView in[] = {{x, DataType::Float, types[0].dims},
                                 {w, DataType::Float, types[1].dims},
                                 {bias, DataType::Float, types[2].dims},
                                 {residual, DataType::Float, types[3].dims},
                                 {factors, DataType::Float, types[4].dims}};
  const core::TensorView out[] = {{y, DataType::Float, outputs[0].dims}};
  get_op("FusedConvolution").reference({nullptr, attributes, in, out});
  EXPECT_THAT(y, ElementsAre(0, 5, 0, 500));
}

TEST(FusedConvolution, refuses_programs_and_operands_that_do_not_fit) {
  const auto refusal = [](const std::string& program, const Dims& extra) -> std::string {
    const TensorType types[] = {{DataType::Float, {1, 2, 3, 3}},
                                {DataType::Float, {2, 2, 1, 1}},
                                {DataType::Float, Dims::unknown_rank()},
                                {DataType::Float, extra}};
    std::vector<TensorType> outputs;
    try {
      const OpDefinition& op = get_op("FusedConvolution");
      infer(op, complete_attributes(op, {{"program", program}}), types, {}, outputs);
    } catch (const UserError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_THAT(refusal("in 1; v1 = relu v0; out v1", {1, 2, 3, 3}),
              HasSubstr("'program': expected 2 inputs, got 1"));
  EXPECT_THAT(refusal("in 2; v2 = sum v0 v1; out v2", {1, 2, 3, 2}),
              HasSubstr("input 3: expected extents that broadcast to [1, 2, 3, 3]"));
  EXPECT_EQ(refusal("in 2; v2 = sum v0 v1; out v2", {1, 2, 1, 1}), "no error");
}

}  // namespace
}  // namespace trtlike::ops
