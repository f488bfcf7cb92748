// WeightOnlyMatrixMultiply against numbers worked by hand.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::Tensor;
using testing::ElementsAre;

/// Two columns of three numbers, in blocks of two: less the zero points -9 4 | 2 and 0 2 | -1.
const Tensor rows{DataType::Float, {1, 3}, {1, 2, 4}};
const Tensor weights{DataType::Int8, {3, 2}, {-8, 0, 5, 2, 4, 2}};
const Tensor scales{DataType::Float, {2, 2, 2}, {0.5, 1, -1, 2, 1, 0, 2, 3}};

TEST(WeightOnlyMatrixMultiply, scales_blocks_less_their_zero_points) {
  // 0.5 (-9 + 8) - 4 * 2 and 1 (0 + 4) + 2 * 4 * -1.
  EXPECT_THAT(
      test::run_op("WeightOnlyMatrixMultiply", {rows, weights, scales}, {{"block", int64_t{2}}})
          .elements(),
      ElementsAre(-8.5, -4));
}

TEST(WeightOnlyMatrixMultiply, takes_columns_one_after_the_other_and_runs_the_program) {
  const Tensor columns{DataType::Int8, {2, 3}, {-8, 5, 4, 0, 2, 2}};
  const Tensor residual{DataType::Float, {1, 2}, {1, 9}};
  EXPECT_THAT(test::run_op("WeightOnlyMatrixMultiply", {rows, columns, scales, residual},
                           {{"block", int64_t{2}},
                            {"op1", int64_t{1}},
                            {"program", "in 2; v2 = sum v0 v1; v3 = relu v2; out v3"}})
                  .elements(),
              ElementsAre(0, 5));
}

}  // namespace
}  // namespace trtlike::ops
