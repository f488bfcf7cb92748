// ElementWise: integers are exact, floats follow IEEE, broadcasting, partly known elements.
#include "support/run_op.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::ops {
namespace {

using test::expect_error;
using test::infer_op;
using test::propagate_op;
using test::run_op;
using test::Tensor;
using testing::ElementsAre;

test::AttributeList attributes(ElementWiseOperation op) {
  return {{"op", static_cast<int64_t>(op)}};
}

std::vector<double> compute(ElementWiseOperation op, DataType dtype, std::vector<double> a,
                            std::vector<double> b) {
  const Dims dims{static_cast<int64_t>(a.size())};
  return run_op("ElementWise", {Tensor(dtype, dims, a), Tensor(dtype, dims, b)}, attributes(op))
      .elements();
}

TEST(ElementWise, integer_division_truncates_and_floor_division_floors) {
  EXPECT_THAT(
      compute(ElementWiseOperation::Div, DataType::Int32, {7, -7, 7, -7, 5}, {2, 2, -2, -2, 0}),
      ElementsAre(3, -3, -3, 3, 0));
  EXPECT_THAT(compute(ElementWiseOperation::FloorDiv, DataType::Int64, {7, -7, 7, -7, -6, 5},
                      {2, 2, -2, -2, 3, 0}),
              ElementsAre(3, -4, -4, 3, -2, 0));
  EXPECT_THAT(compute(ElementWiseOperation::FloorDiv, DataType::Float, {7, -7}, {2, 2}),
              ElementsAre(3, -4));
}

TEST(ElementWise, int64_is_not_computed_in_double) {
  Tensor a(DataType::Int64, {2}), b(DataType::Int64, {2});
  a.view().as<int64_t>()[0] = (int64_t{1} << 53) + 1;
  a.view().as<int64_t>()[1] = INT64_MIN;
  b.view().as<int64_t>()[0] = 2;
  b.view().as<int64_t>()[1] = -1;
  EXPECT_THAT(
      run_op("ElementWise", {a, b}, attributes(ElementWiseOperation::Sum)).elements_as<int64_t>(),
      ElementsAre((int64_t{1} << 53) + 3, INT64_MAX));
  EXPECT_THAT(
      run_op("ElementWise", {a, b}, attributes(ElementWiseOperation::Div)).elements_as<int64_t>(),
      ElementsAre(int64_t{1} << 52, INT64_MIN));
}

TEST(ElementWise, integer_power) {
  EXPECT_THAT(compute(ElementWiseOperation::Pow, DataType::Int32, {3, -2, 2, -1, 0, 1},
                      {4, 3, -1, -3, 0, -5}),
              ElementsAre(81, -8, 0, -1, 1, 1));
  EXPECT_THAT(compute(ElementWiseOperation::Pow, DataType::Float, {2, 9}, {-1, 0.5}),
              ElementsAre(0.5, 3));
}

TEST(ElementWise, comparisons_and_logic_give_bool) {
  const auto out =
      run_op("ElementWise",
             {Tensor(DataType::Float, {3}, {1, 2, 3}), Tensor(DataType::Float, {3}, {3, 2, 1})},
             attributes(ElementWiseOperation::Greater));
  EXPECT_EQ(out.dtype, DataType::Bool);
  EXPECT_THAT(out.elements(), ElementsAre(0, 0, 1));
  EXPECT_THAT(compute(ElementWiseOperation::Xor, DataType::Bool, {0, 0, 1, 1}, {0, 1, 0, 1}),
              ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(compute(ElementWiseOperation::And, DataType::Int32, {6}, {3}), ElementsAre(2));
}

TEST(ElementWise, broadcasts_both_ways) {
  const auto out = run_op(
      "ElementWise",
      {Tensor(DataType::Float, {2, 1}, {10, 20}), Tensor(DataType::Float, {1, 3}, {1, 2, 3})},
      attributes(ElementWiseOperation::Sub));
  EXPECT_EQ(out.dims, (Dims{2, 3}));
  EXPECT_THAT(out.elements(), ElementsAre(9, 8, 7, 19, 18, 17));
}

TEST(ElementWise, empty_tensors_broadcast) {
  const auto out =
      run_op("ElementWise", {Tensor(DataType::Float, {0, 3}), Tensor(DataType::Float, {1, 3})},
             attributes(ElementWiseOperation::Sum));
  EXPECT_EQ(out.dims, (Dims{0, 3}));
}

TEST(ElementWise, refusals_name_input_and_expectation) {
  const auto type = [](DataType dtype, Dims dims) { return TensorType{dtype, dims}; };
  expect_error<UserError>(
      [&] { infer_op("ElementWise", {type(DataType::Float, {2}), type(DataType::Int32, {2})}); },
      "input 1 'b': expected FLOAT as input 0 'a', got INT32");
  expect_error<UserError>(
      [&] { infer_op("ElementWise", {type(DataType::Float, {2}), type(DataType::Float, {1, 2})}); },
      "input 1 'b': expected rank 1");
  expect_error<UserError>(
      [&] { infer_op("ElementWise", {type(DataType::Float, {2}), type(DataType::Float, {3})}); },
      "expected a shape that broadcasts with [2], got [3]");
  expect_error<UserError>(
      [&] { infer_op("ElementWise", {type(DataType::Bool, {2}), type(DataType::Bool, {2})}); },
      "expected a number type for sum, got BOOL");
  expect_error<UserError>(
      [&] {
        infer_op("ElementWise", {type(DataType::Float, {2}), type(DataType::Float, {2})},
                 {{"op", int64_t{14}}});
      },
      "attribute 'op': expected 0 to 13, got 14");
}

TEST(ElementWise, unknown_elements_stay_unknown) {
  const TensorType two{DataType::Int64, {2}}, one{DataType::Int64, {1}};
  const auto sum = propagate_op("ElementWise", {two, one},
                                {std::vector<int64_t>{4, kUnknownElement}, std::vector<int64_t>{3}},
                                attributes(ElementWiseOperation::Sum));
  ASSERT_TRUE(sum);
  EXPECT_THAT(*sum, ElementsAre(7, kUnknownElement));
  const auto equal =
      propagate_op("ElementWise", {two, one},
                   {std::vector<int64_t>{3, kUnknownElement}, std::vector<int64_t>{3}},
                   attributes(ElementWiseOperation::Equal));
  ASSERT_TRUE(equal);
  EXPECT_THAT(*equal, ElementsAre(1, kUnknownElement));
}

}  // namespace
}  // namespace trtlike::ops
