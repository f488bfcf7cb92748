// Ops whose extents follow from data: NMS and NonZero, on boxes and masks worked by hand.
#include <cmath>

#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::expect_error;
using test::expect_tensor;
using test::run_op_all;
using test::Tensor;

constexpr auto kFloat = DataType::Float;

/// The first two boxes overlap by 0.9 of 1.1, the third lies apart.
const Tensor kBoxes(kFloat, {1, 3, 4}, {0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 10, 1, 11});
const Tensor kScores(kFloat, {1, 1, 3}, {0.75, 0.9, 0.6});

Tensor scalar(DataType dtype, double value) { return Tensor(dtype, {}, {value}); }

TEST(NMS, keeps_the_best_of_boxes_that_overlap) {
  const auto out =
      run_op_all("NMS", {kBoxes, kScores, scalar(DataType::Int64, 3), scalar(kFloat, 0.5)}, {});
  expect_tensor(out[0], {3, 3}, {0, 0, 1, 0, 0, 2, 0, 0, 0});
  expect_tensor(out[1], {1}, {2});
}

TEST(NMS, stops_at_the_score_and_at_the_count) {
  const auto by_score = run_op_all(
      "NMS",
      {kBoxes, kScores, scalar(DataType::Int64, 3), scalar(kFloat, 0.9), scalar(kFloat, 0.7)}, {});
  expect_tensor(by_score[0], {3, 3}, {0, 0, 1, 0, 0, 0, 0, 0, 0});
  expect_tensor(by_score[1], {1}, {2});
  const auto by_count =
      run_op_all("NMS", {kBoxes, kScores, scalar(DataType::Int64, 1), scalar(kFloat, 0.9)}, {});
  expect_tensor(by_count[0], {1, 3}, {0, 0, 1});
  expect_tensor(by_count[1], {1}, {1});
}

TEST(NMS, reads_centers_and_sizes) {
  const Tensor centers(kFloat, {1, 3, 4}, {0.5, 0.5, 1, 1, 0.6, 0.5, 1, 1, 10.5, 0.5, 1, 1});
  const auto out =
      run_op_all("NMS", {centers, kScores, scalar(DataType::Int64, 3), scalar(kFloat, 0.5)},
                 {{"bounding_box_format", int64_t{1}}});
  expect_tensor(out[1], {1}, {2});
}

TEST(NMS, refuses_scores_of_other_boxes) {
  expect_error<UserError>(
      [] {
        run_op_all("NMS", {kBoxes, Tensor(kFloat, {1, 1, 2}, {0, 0}), scalar(DataType::Int64, 3)},
                   {});
      },
      "input 1 'scores': expected shape [batch, classes, boxes] for boxes of shape [1, 3, 4], got "
      "[1, 1, 2]");
}

TEST(NonZero, gives_one_column_an_element) {
  const auto out =
      run_op_all("NonZero", {Tensor(DataType::Int64, {2, 3}, {0, 5, 0, -1, 0, 2})}, {});
  expect_tensor(out[0], {2, 3}, {0, 1, 1, 1, 0, 2});
}

TEST(NonZero, may_find_nothing) {
  const auto out = run_op_all("NonZero", {Tensor(DataType::Bool, {2}, {0, 0})}, {});
  EXPECT_EQ(out[0].dims, (Dims{1, 0}));
}

TEST(NonZeroRows, has_as_many_rows_as_were_counted) {
  const Tensor x(DataType::Int64, {2, 3}, {0, 5, 0, -1, 0, 2});
  expect_tensor(test::run_op("NonZeroCount", {x}), {1}, {3});
  expect_tensor(test::run_op("NonZeroRows", {x, Tensor(DataType::Int64, {1}, {3})}), {3, 2},
                {0, 1, 1, 0, 1, 2});
}

TEST(NonZeroRows, a_nan_is_not_zero) {
  const Tensor x(kFloat, {2}, {NAN, -0.0});
  expect_tensor(test::run_op("NonZeroCount", {x}), {1}, {1});
  expect_tensor(test::run_op("NonZeroRows", {x, Tensor(DataType::Int64, {1}, {1})}), {1, 1}, {0});
}

TEST(NonZeroRows, refuses_more_rows_than_elements) {
  for (const double count : {-1.0, 2.0})
    expect_error<UserError>(
        [&] {
          test::run_op("NonZeroRows",
                       {Tensor(kFloat, {1}, {1}), Tensor(DataType::Int64, {1}, {count})});
        },
        "input 1 'count': expected 0 to the 1 elements of input 0, got ");
}

TEST(NonZeroRows, refuses_a_count_that_is_no_number) {
  expect_error<UserError>(
      [] {
        test::run_op("NonZeroRows",
                     {Tensor(kFloat, {1}, {1}), Tensor(DataType::Int64, {2}, {1, 1})});
      },
      "input 1 'count': expected INT64 of shape [1], got INT64 of shape [2]");
}

}  // namespace
}  // namespace trtlike::ops
