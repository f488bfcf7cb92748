// MatMulInteger against numbers worked by hand, those of ONNX's description among them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor bytes(Dims dims, std::vector<double> elements, DataType dtype = DataType::UInt8) {
  return {dtype, dims, std::move(elements)};
}

const Tensor kA = bytes({4, 3}, {11, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4, 0});
const Tensor kB = bytes({3, 2}, {1, 4, 2, 5, 3, 6});

TEST(MatMulInteger, takes_off_the_zero_points) {
  const Tensor zero = bytes({}, {12}), none = bytes({}, {0});
  EXPECT_THAT(OpRunner("MatMulInteger", {}, {kA, kB, zero, none}).elements(),
              ElementsAre(-38, -83, -44, -98, -50, -113, -56, -128));
  EXPECT_THAT(OpRunner("MatMulInteger", {}, {kA, kB}).elements(),
              ElementsAre(34, 97, 28, 82, 22, 67, 16, 52));
}

TEST(MatMulInteger, zero_points_may_differ_by_row_and_column) {
  const Tensor a = bytes({2, 2}, {10, -20, 30, 40}, DataType::Int8);
  const Tensor b = bytes({2, 2}, {1, 200, 3, 100});
  const Tensor rows = bytes({2}, {10, -128}, DataType::Int8), columns = bytes({2}, {1, 100});
  // (0 -30; 158 168) (0 100; 2 0)
  EXPECT_THAT(OpRunner("MatMulInteger", {}, {a, b, rows, columns}).elements(),
              ElementsAre(-60, 0, 336, 15800));
}

TEST(MatMulInteger, multiplies_each_matrix_of_the_left) {
  const Tensor a = bytes({2, 1, 2}, {1, 2, 3, 4}), b = bytes({2, 1}, {5, 6});
  const OpRunner op("MatMulInteger", {}, {a, b, bytes({2, 1, 1}, {1, 2})});
  EXPECT_EQ(op.dims(), (Dims{2, 1, 1}));
  EXPECT_THAT(op.elements(), ElementsAre(6, 17));
}

TEST(MatMulInteger, refusals_name_operand_and_shape) {
  const auto refusal = [](std::vector<Tensor> inputs) {
    return OpRunner("MatMulInteger", {}, std::move(inputs)).refusal();
  };
  EXPECT_THAT(refusal({counting({2, 2}), kB}), HasSubstr("input 0 'a': expected INT8 or UINT8"));
  EXPECT_THAT(refusal({kA, counting({3, 2})}), HasSubstr("input 1 'b': expected INT8 or UINT8"));
  EXPECT_THAT(
      refusal({kA, bytes({2, 2}, {1, 2, 3, 4})}),
      HasSubstr("input 1 'b': expected a matrix of as many rows as the columns of a [4, 3]"));
  EXPECT_THAT(refusal({kA, kB, bytes({2}, {1, 2})}),
              HasSubstr("input 2 'a_zero_point': expected one element, or one for each of 4, got"));
  EXPECT_THAT(refusal({kA, kB, bytes({}, {1}), bytes({3}, {1, 2, 3})}),
              HasSubstr("input 3 'b_zero_point': expected one element, or one for each of 2, got"));
  EXPECT_THAT(refusal({kA, kB, bytes({}, {1}, DataType::Int8)}),
              HasSubstr("input 2 'a_zero_point': expected UINT8 as input 0, got INT8"));
}

}  // namespace
}  // namespace trtlike::op_test
