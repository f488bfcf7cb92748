// MatrixMultiply: shape rule and reference against numbers worked by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "ops/op.h"

namespace trtlike::ops {
namespace {

Attributes attributes(int64_t op0, int64_t op1) {
  return complete_attributes(get_op("MatrixMultiply"), {{"op0", op0}, {"op1", op1}});
}

Dims infer_dims(Dims a, Dims b, int64_t op0 = 0, int64_t op1 = 0) {
  const TensorType inputs[] = {{DataType::Float, a}, {DataType::Float, b}};
  std::vector<TensorType> outputs;
  infer(get_op("MatrixMultiply"), attributes(op0, op1), inputs, {}, outputs);
  return outputs[0].dims;
}

std::vector<float> compute(Dims a, std::vector<float> x, Dims b, std::vector<float> y,
                           int64_t op0 = 0, int64_t op1 = 0) {
  const Dims out = infer_dims(a, b, op0, op1);
  std::vector<float> z(static_cast<size_t>(core::elems(out)), -1.0f);
  const core::TensorView inputs[] = {{x.data(), DataType::Float, a},
                                     {y.data(), DataType::Float, b}};
  const core::TensorView outputs[] = {{z.data(), DataType::Float, out}};
  get_op("MatrixMultiply").reference({nullptr, attributes(op0, op1), inputs, outputs});
  return z;
}

std::vector<float> count_from_one(int n) {
  std::vector<float> out(static_cast<size_t>(n));
  std::iota(out.begin(), out.end(), 1.0f);
  return out;
}

using testing::ElementsAre;
using testing::HasSubstr;

TEST(MatrixMultiply, multiplies_two_matrices) {
  EXPECT_THAT(compute({2, 3}, count_from_one(6), {3, 2}, count_from_one(6)),
              ElementsAre(22, 28, 49, 64));
}

TEST(MatrixMultiply, transposes_either_operand) {
  EXPECT_THAT(compute({3, 2}, {1, 4, 2, 5, 3, 6}, {2, 3}, {1, 3, 5, 2, 4, 6}, 1, 1),
              ElementsAre(22, 28, 49, 64));
}

TEST(MatrixMultiply, vectors_leave_no_extent) {
  EXPECT_EQ(infer_dims({3}, {3, 2}, 2, 0), (Dims{2}));
  EXPECT_EQ(infer_dims({2, 3}, {3}, 0, 2), (Dims{2}));
  EXPECT_EQ(infer_dims({3}, {3}, 2, 2), Dims());
  EXPECT_EQ(infer_dims({5, 3}, {1, 3, 2}, 2, 0), (Dims{5, 2}));
  EXPECT_THAT(compute({3}, {1, 2, 3}, {3, 2}, count_from_one(6), 2, 0), ElementsAre(22, 28));
  EXPECT_THAT(compute({2, 3}, count_from_one(6), {3}, {1, 0, -1}, 0, 2), ElementsAre(-2, -2));
  EXPECT_THAT(compute({3}, {1, 2, 3}, {3}, {4, 5, 6}, 2, 2), ElementsAre(32));
}

TEST(MatrixMultiply, broadcasts_leading_extents_both_ways) {
  EXPECT_EQ(infer_dims({2, 1, 4, 3}, {1, 5, 3, 6}), (Dims{2, 5, 4, 6}));
  EXPECT_THAT(compute({2, 1, 1, 1}, {2, 3}, {1, 3, 1, 1}, {5, 7, 11}),
              ElementsAre(10, 14, 22, 15, 21, 33));
}

TEST(MatrixMultiply, unknown_extents_stay_unknown) {
  EXPECT_EQ(infer_dims({-1, -1, 8}, {1, 8, 4}), (Dims{-1, -1, 4}));
  EXPECT_EQ(infer_dims({2, 4, -1}, {2, 8, -1}), (Dims{2, 4, -1}));
}

TEST(MatrixMultiply, an_empty_sum_is_zero) {
  EXPECT_THAT(compute({1, 0}, {}, {0, 2}, {}), ElementsAre(0, 0));
}

TEST(MatrixMultiply, refusals_name_the_shapes) {
  const auto message = [](Dims a, Dims b, int64_t op0) -> std::string {
    try {
      infer_dims(a, b, op0, 0);
    } catch (const UserError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_THAT(message({2, 3}, {4, 2}, 0), HasSubstr("expected 3 rows in the second matrix, got 4"));
  EXPECT_THAT(message({2, 2, 3}, {3, 2}, 0), HasSubstr("[2, 2, 3] and [3, 2]"));
  EXPECT_THAT(message({3}, {3, 2}, 0), HasSubstr("input 0 'a': expected rank 2 or more"));
  EXPECT_THAT(message({2, 3}, {3, 2}, 3), HasSubstr("attribute 'op0': expected NONE (0)"));
}

}  // namespace
}  // namespace trtlike::ops
