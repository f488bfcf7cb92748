// Reduce, Softmax, TopK and LRN: references against numbers worked by hand or by ONNX Runtime.
#include <limits>

#include "ops/shapes/reduce_shape.h"
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::AttributeList;
using test::expect_error;
using test::expect_tensor;
using test::infer_op;
using test::pattern;
using test::propagate_op;
using test::run_op;
using test::run_op_all;
using test::Tensor;
using testing::ElementsAre;
using testing::Optional;

constexpr auto kFloat = DataType::Float;

AttributeList reduce(ReduceOperation operation, int64_t axes, bool keep = false) {
  return {{"op", static_cast<int64_t>(operation)}, {"axes", axes}, {"keep_dims", keep}};
}

TEST(Reduce, every_operation_on_the_last_axis) {
  const Tensor x(kFloat, {2, 3}, {1, -2, 4, 0.5, 3, 2});
  expect_tensor(run_op("Reduce", {x}, reduce(ReduceOperation::Sum, 2)), {2}, {3, 5.5});
  expect_tensor(run_op("Reduce", {x}, reduce(ReduceOperation::Prod, 2)), {2}, {-8, 3});
  expect_tensor(run_op("Reduce", {x}, reduce(ReduceOperation::Max, 2)), {2}, {4, 3});
  expect_tensor(run_op("Reduce", {x}, reduce(ReduceOperation::Min, 2)), {2}, {-2, 0.5});
  expect_tensor(run_op("Reduce", {x}, reduce(ReduceOperation::Avg, 2)), {2}, {1, 5.5 / 3});
}

TEST(Reduce, several_axes_kept_or_not) {
  const Tensor x(kFloat, {2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  expect_tensor(run_op("Reduce", {x}, reduce(ReduceOperation::Sum, 0b101)), {2}, {14, 22});
  expect_tensor(run_op("Reduce", {x}, reduce(ReduceOperation::Sum, 0b101, true)), {1, 2, 1},
                {14, 22});
  expect_tensor(run_op("Reduce", {x}, reduce(ReduceOperation::Avg, 0b111)), {}, {4.5});
}

TEST(Reduce, integers_are_exact) {
  Tensor x(DataType::Int64, {2});
  x.view().as<int64_t>()[0] = int64_t{1} << 60;
  x.view().as<int64_t>()[1] = 1;
  EXPECT_THAT(run_op("Reduce", {x}, reduce(ReduceOperation::Sum, 1)).elements_as<int64_t>(),
              ElementsAre((int64_t{1} << 60) + 1));
  EXPECT_THAT(run_op("Reduce", {x}, reduce(ReduceOperation::Max, 1)).elements_as<int64_t>(),
              ElementsAre(int64_t{1} << 60));
  const Tensor y(DataType::Int32, {3}, {-3, -2, -2});
  EXPECT_THAT(run_op("Reduce", {y}, reduce(ReduceOperation::Avg, 1)).elements_as<int32_t>(),
              ElementsAre(-2));
}

TEST(Reduce, nothing_to_reduce_gives_the_neutral_element) {
  const Tensor x(kFloat, {2, 0});
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(run_op("Reduce", {x}, reduce(ReduceOperation::Sum, 2)).elements(), ElementsAre(0, 0));
  EXPECT_THAT(run_op("Reduce", {x}, reduce(ReduceOperation::Prod, 2)).elements(),
              ElementsAre(1, 1));
  EXPECT_THAT(run_op("Reduce", {x}, reduce(ReduceOperation::Max, 2)).elements(),
              ElementsAre(-infinity, -infinity));
  const Tensor y(DataType::Int32, {0});
  EXPECT_THAT(run_op("Reduce", {y}, reduce(ReduceOperation::Min, 1)).elements_as<int32_t>(),
              ElementsAre(std::numeric_limits<int32_t>::max()));
}

TEST(Reduce, extremes_keep_nans) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x(kFloat, {3}, {1, nan, 2});
  EXPECT_TRUE(std::isnan(run_op("Reduce", {x}, reduce(ReduceOperation::Max, 1)).elements()[0]));
  EXPECT_TRUE(std::isnan(run_op("Reduce", {x}, reduce(ReduceOperation::Min, 1)).elements()[0]));
}

TEST(Reduce, host_elements_follow_where_they_are_known) {
  const std::vector<TensorType> types = {{DataType::Int64, {2, 2}}};
  EXPECT_THAT(propagate_op("Reduce", types, {HostValue({3, 4, kUnknownElement, 2})},
                           reduce(ReduceOperation::Prod, 2)),
              Optional(ElementsAre(12, kUnknownElement)));
}

TEST(Reduce, refusals_name_what_does_not_fit) {
  expect_error<UserError>([] { infer_op("Reduce", {{kFloat, {2}}}, {{"axes", int64_t{2}}}); },
                          "'axes': expected a bit mask of axes below 1, got 2");
  expect_error<UserError>([] { infer_op("Reduce", {{kFloat, {2}}}, {{"op", int64_t{5}}}); },
                          "'op': expected SUM (0)");
  expect_error<UserError>(
      [] { infer_op("Reduce", {{DataType::Bool, {2}}}, {{"axes", int64_t{1}}}); },
      "expected numbers, got BOOL");
}

TEST(Softmax, matches_onnx_runtime_on_a_middle_axis) {
  expect_tensor(run_op("Softmax", {pattern({2, 3, 2})}, {{"axes", int64_t{0b010}}}), {2, 3, 2},
                {0.03911257, 0.1785356, 0.1752904, 0.8001412, 0.785597, 0.02132304, 0.03911257,
                 0.03911257, 0.1752904, 0.1752904, 0.785597, 0.785597});
}

TEST(Softmax, large_arguments_do_not_overflow) {
  const Tensor x(kFloat, {3}, {1000, 1000, -1000});
  expect_tensor(run_op("Softmax", {x}, {{"axes", int64_t{1}}}), {3}, {0.5, 0.5, 0});
}

TEST(Softmax, an_empty_mask_means_the_third_axis_from_the_back) {
  const Tensor x(kFloat, {1, 2, 1, 1}, {0, 0});
  expect_tensor(run_op("Softmax", {x}), {1, 2, 1, 1}, {0.5, 0.5});
  expect_error<UserError>([] { infer_op("Softmax", {{kFloat, {2, 2}}}, {{"axes", int64_t{3}}}); },
                          "'axes': expected a bit mask of one axis, got 3");
  expect_error<UserError>([] { infer_op("Softmax", {{DataType::Int32, {2}}}); },
                          "expected FLOAT, HALF, BF16 or DOUBLE, got INT32");
}

TEST(TopK, orders_and_keeps_the_first_of_equals) {
  const Tensor x(kFloat, {2, 4}, {1, 3, 3, -1, 0, 5, 2, 5});
  const auto most = run_op_all("TopK", {x}, {{"k", int64_t{3}}, {"axes", int64_t{2}}});
  expect_tensor(most[0], {2, 3}, {3, 3, 1, 5, 5, 2});
  EXPECT_THAT(most[1].elements_as<int32_t>(), ElementsAre(1, 2, 0, 1, 3, 2));
  const auto least = run_op_all("TopK", {x},
                                {{"op", int64_t{1}},
                                 {"k", int64_t{1}},
                                 {"axes", int64_t{1}},
                                 {"indices_type", static_cast<int64_t>(DataType::Int64)}});
  expect_tensor(least[0], {1, 4}, {0, 3, 2, -1});
  EXPECT_THAT(least[1].elements_as<int64_t>(), ElementsAre(1, 0, 1, 0));
}

TEST(TopK, k_can_be_an_input) {
  const Tensor x(DataType::Int32, {3}, {4, 9, 7}), k(DataType::Int64, {1}, {2});
  const auto out = run_op_all("TopK", {x, k}, {{"axes", int64_t{1}}});
  EXPECT_THAT(out[0].elements_as<int32_t>(), ElementsAre(9, 7));
  EXPECT_EQ(infer_op("TopK", {{kFloat, {2, 5}}, {DataType::Int64, {1}}}, {{"axes", int64_t{2}}})[1],
            (TensorType{DataType::Int32, {2, -1}}));
  expect_error<UserError>(
      [&] { run_op_all("TopK", {Tensor(kFloat, {1}), k}, {{"axes", int64_t{1}}}); },
      "k: expected at most the 1 elements of axis 0 of shape [1], got 2");
}

TEST(LRN, matches_onnx_runtime) {
  expect_tensor(run_op("LRN", {pattern({1, 5, 1, 2})},
                       {{"window_size", int64_t{3}}, {"alpha", 0.5}, {"beta", 0.75}, {"k", 1.5}}),
                {1, 5, 1, 2},
                {-0.589619, -0.07984852, 0.3196165, 0.6598769, 1.01092, -1.05287, -0.7268108,
                 -0.3737318, 0, 0.5065572});
  expect_tensor(run_op("LRN", {pattern({1, 5, 1, 1})},
                       {{"window_size", int64_t{5}}, {"alpha", 1.0}, {"beta", 0.5}, {"k", 2.0}}),
                {1, 5, 1, 1}, {-0.5853694, -0.07733603, 0.3333333, 0.7498451, 1.15939});
}

TEST(LRN, refuses_windows_without_elements) {
  expect_error<UserError>(
      [] { infer_op("LRN", {{kFloat, {1, 5}}}, {{"window_size", int64_t{0}}}); },
      "'window_size': expected at least 1, got 0");
}

}  // namespace
}  // namespace trtlike::ops
