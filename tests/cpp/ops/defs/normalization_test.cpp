// Normalization's reference against ONNX Runtime's layer, instance, group and RMS normalization.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::absent;
using test::AttributeList;
using test::expect_error;
using test::expect_tensor;
using test::infer_op;
using test::pattern;
using test::run_op;
using test::Tensor;

AttributeList axes(int64_t mask, int64_t groups = 1, bool simplified = false) {
  return {{"axes", mask}, {"epsilon", 1e-3}, {"num_groups", groups}, {"simplified", simplified}};
}

TEST(Normalization, layer) {
  expect_tensor(run_op("Normalization", {pattern({2, 5}), pattern({1, 5}, 1), pattern({1, 5}, 2)},
                       axes(0b10)),
                {2, 5},
                {4.753869, 3.47184, -1.875, -1.036651, 0.8618872, 4.753869, 3.47184, -1.875,
                 -1.036651, 0.8618872});
}

TEST(Normalization, instance) {
  expect_tensor(run_op("Normalization",
                       {pattern({1, 2, 2, 3}), pattern({1, 2, 1, 1}, 1), pattern({1, 2, 1, 1}, 2)},
                       axes(0b1100)),
                {1, 2, 2, 3},
                {3.251773, 2.148429, 1.045086, -0.05825722, -1.1616, 5.274569, 4.512181, 3.707309,
                 2.902436, 2.097564, 1.292692, 0.4878194});
}

TEST(Normalization, group_with_a_scale_for_every_channel) {
  expect_tensor(
      run_op("Normalization", {pattern({1, 4, 3}), pattern({1, 4, 1}, 1), pattern({1, 4, 1}, 2)},
             axes(0b100, 2)),
      {1, 4, 3},
      {3.251773, 2.148429, 1.045086, 1.329951, 0.6160233, 4.780603, -0.9603724, -1.326223,
       -1.692075, -1.088415, -1.015245, -0.9420745});
}

TEST(Normalization, group_with_a_scale_for_every_group) {
  const Tensor x(DataType::Float, {1, 4, 1}, {1, 3, -2, 2});
  const Tensor scale(DataType::Float, {1, 2, 1}, {1, 10});
  AttributeList attributes = axes(0b100, 2);
  attributes[1].second = 0.0;
  expect_tensor(run_op("Normalization", {x, scale}, attributes), {1, 4, 1}, {-1, 1, -10, 10});
}

TEST(Normalization, root_mean_square) {
  expect_tensor(
      run_op("Normalization", {pattern({2, 4}), pattern({4}, 1)}, axes(0b10, 1, true)), {2, 4},
      {2.123614, 0.1963004, -0.4461373, 0.1963004, -2.565259, 1.757513, 0.5325797, -0.05325796});
}

TEST(Normalization, scale_and_bias_are_optional) {
  const Tensor x(DataType::Float, {1, 2}, {-3, 5}), bias(DataType::Float, {1, 2}, {1, 2});
  AttributeList attributes = axes(0b10);
  attributes[1].second = 0.0;
  expect_tensor(run_op("Normalization", {x}, attributes), {1, 2}, {-1, 1});
  expect_tensor(run_op("Normalization", {x, absent(), bias}, attributes), {1, 2}, {0, 3});
}

TEST(Normalization, refusals_name_the_shapes) {
  const auto expect = [](std::vector<TensorType> inputs, const AttributeList& attributes,
                         const char* part) {
    expect_error<UserError>([&] { infer_op("Normalization", inputs, attributes); }, part);
  };
  constexpr auto kFloat = DataType::Float;
  expect({{kFloat, {2, 4}}, {kFloat, {1, 3}}}, axes(2),
         "input 1 'scale': expected a shape that repeats to [2, 4], got [1, 3]");
  expect({{kFloat, {2, 4}}}, axes(0), "'axes': expected at least one axis");
  expect({{kFloat, {2, 5, 4}}}, axes(4, 2), "expected a divisor of the 5 channels");
  expect({{kFloat, {2, 4}}}, axes(2, 2), "expected rank 3 or more for 2 groups");
  EXPECT_EQ(
      infer_op("Normalization", {{kFloat, {-1, -1, 8}}, {kFloat, {1, 1, 8}}}, axes(4))[0].dims,
      (Dims{-1, -1, 8}));
}

}  // namespace
}  // namespace trtlike::ops
