// FusedMatrixMultiply: bias, program and operands against numbers worked by hand.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::AttributeList;
using test::Tensor;
using testing::ElementsAre;
using testing::HasSubstr;

const Tensor a{DataType::Float, {2, 3}, {1, 2, 3, 4, 5, 6}};
const Tensor b{DataType::Float, {3, 2}, {1, 2, 3, 4, 5, 6}};  // a * b = {22, 28}, {49, 64}
const Tensor bias{DataType::Float, {2}, {-30, 1}};

TEST(FusedMatrixMultiply, adds_the_bias_to_each_row) {
  EXPECT_THAT(test::run_op("FusedMatrixMultiply", {a, b, bias}).elements(),
              ElementsAre(-8, 29, 19, 65));
  const Tensor row{DataType::Float, {1, 2}, {-30, 1}};
  EXPECT_THAT(test::run_op("FusedMatrixMultiply", {a, b, row}).elements(),
              ElementsAre(-8, 29, 19, 65));
}

TEST(FusedMatrixMultiply, runs_the_program_on_product_and_operands) {
  const AttributeList program{{"program", "in 2; v2 = sum v0 v1; v3 = relu v2; out v3"}};
  const Tensor residual{DataType::Float, {2, 2}, {1, -40, -20, 0}};
  EXPECT_THAT(test::run_op("FusedMatrixMultiply", {a, b, bias, residual}, program).elements(),
              ElementsAre(0, 0, 0, 65));
  const Tensor column{DataType::Float, {2, 1}, {100, -100}};
  EXPECT_THAT(test::run_op("FusedMatrixMultiply", {a, b, bias, column}, program).elements(),
              ElementsAre(92, 129, 0, 0));
}

TEST(FusedMatrixMultiply, refusals_name_the_input) {
  const auto message = [](const std::vector<Tensor>& inputs,
                          const AttributeList& attributes) -> std::string {
    try {
      test::run_op("FusedMatrixMultiply", inputs, attributes);
    } catch (const UserError& e) {
      return e.what();
    }
    return "no error";
  };
  const Tensor three{DataType::Float, {3}, {1, 2, 3}};
  EXPECT_THAT(message({a, b, three}, {}), HasSubstr("'bias': expected 2 elements"));
  EXPECT_THAT(message({a, b, bias, three}, {{"program", "in 2; v2 = sum v0 v1; out v2"}}),
              HasSubstr("input 3: expected a shape that broadcasts to [2, 2], got [3]"));
  EXPECT_THAT(message({a, b, bias}, {{"program", "in 2; v2 = sum v0 v1; out v2"}}),
              HasSubstr("'program': expected 1 inputs, got 2"));
}

}  // namespace
}  // namespace trtlike::ops
