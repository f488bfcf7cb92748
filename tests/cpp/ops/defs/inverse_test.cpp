// Inverse, on matrices worked by hand.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::expect_tensor;
using test::infer_op;
using test::run_op;
using test::Tensor;

TEST(Inverse, of_two_by_two_and_of_each_of_a_batch) {
  const Tensor x(DataType::Float, {2, 2, 2}, {4, 7, 2, 6, 1, 0, 0, -2});
  expect_tensor(run_op("Inverse", {x}), {2, 2, 2}, {0.6, -0.7, -0.2, 0.4, 1, 0, 0, -0.5});
}

TEST(Inverse, exchanges_rows_where_a_pivot_is_0) {
  const Tensor x(DataType::Double, {3, 3}, {0, 2, 0, 0, 0, 4, 1, 0, 0});
  expect_tensor(run_op("Inverse", {x}), {3, 3}, {0, 0, 1, 0.5, 0, 0, 0, 0.25, 0});
}

TEST(Inverse, of_a_singular_matrix_is_not_finite) {
  const auto y = run_op("Inverse", {Tensor(DataType::Float, {2, 2}, {1, 2, 2, 4})}).elements();
  EXPECT_FALSE(std::isfinite(y[0]));
}

TEST(Inverse, of_nothing_is_nothing) {
  expect_tensor(run_op("Inverse", {Tensor(DataType::Float, {3, 0, 0})}), {3, 0, 0}, {});
  EXPECT_EQ(infer_op("Inverse", {{DataType::Half, {-1, 4, -1}}}).front().dims, (Dims{-1, 4, -1}));
}

}  // namespace
}  // namespace trtlike::ops
