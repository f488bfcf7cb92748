// DynamicQuantize by blocks, RaggedSoftMax, Assertion, and NMS by score, on numbers worked by hand.
#include <cmath>

#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::AttributeList;
using test::expect_error;
using test::expect_tensor;
using test::infer_op;
using test::run_op_all;
using test::Tensor;

constexpr auto kFloat = DataType::Float;

AttributeList types(DataType to, DataType scale, const AttributeList& more) {
  AttributeList out = {{"to_type", static_cast<int64_t>(to)},
                       {"scale_type", static_cast<int64_t>(scale)}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

const Tensor kRow(kFloat, {1, 4}, {6, -1.5, 0.25, 0.75});

TEST(DynamicQuantize, gives_each_block_its_scale) {
  const auto out = run_op_all("DynamicQuantize", {kRow},
                              types(DataType::FP4, DataType::FP8, {{"block_size", int64_t{2}}}));
  expect_tensor(out[1], {1, 2}, {1, 0.125});
  expect_tensor(out[0], {1, 4}, {6, -1.5, 2, 6});
}

TEST(DynamicQuantize, rounds_powers_of_two_upwards) {
  // 6 / 448 and 0.75 / 448 lie between 2^-7 and 2^-6, 2^-10 and 2^-9.
  const auto out = run_op_all(
      "DynamicQuantize", {kRow},
      types(DataType::FP8, DataType::E8M0, {{"block_shape", std::vector<int64_t>{1, 2}}}));
  expect_tensor(out[1], {1, 2}, {std::exp2(-6), std::exp2(-9)});
  expect_tensor(out[0], {1, 4}, {384, -96, 128, 384});
}

TEST(DynamicQuantize, takes_whole_axes_and_a_scale_of_scales) {
  const auto out = run_op_all(
      "DynamicQuantize", {kRow, Tensor(kFloat, {}, {0.5})},
      types(DataType::Int8, DataType::Float, {{"block_shape", std::vector<int64_t>{-1, -1}}}));
  expect_tensor(out[1], {1, 1}, {6.0 / 127 / 0.5});
  expect_tensor(out[0], {1, 4}, {127, -32, 5, 16});
}

TEST(DynamicQuantize, refuses_blocks_that_do_not_divide) {
  expect_error<UserError>(
      [] { infer_op("DynamicQuantize", {{kFloat, {2, 20}}}, {{"block_size", int64_t{16}}}); },
      "attribute 'block_size': expected divisors of the extents of [2, 20], got [1, 16]");
}

TEST(RaggedSoftMax, ends_with_the_sequence) {
  const Tensor x(kFloat, {3, 2}, {0, std::log(3.0), 5, 6, 7, 8});
  const Tensor bounds(DataType::Int32, {3, 1}, {2, 1, 0});
  expect_tensor(run_op_all("RaggedSoftMax", {x, bounds})[0], {3, 2}, {0.25, 0.75, 1, 0, 0, 0});
}

TEST(Assertion, holds_or_says_its_message) {
  const auto run = [](const std::vector<double>& condition) {
    return run_op_all("Assertion",
                      {Tensor(DataType::Bool, {static_cast<int64_t>(condition.size())}, condition)},
                      {{"message", std::string("widths differ")}});
  };
  expect_tensor(run({1, 1})[0], {1}, {1});
  expect_error<UserError>([&] { run({1, 0}); }, "expected true, got false at 1: widths differ.");
  EXPECT_EQ(infer_op("Assertion", {{DataType::Bool, {2}}})[0].dims, (Dims{-1}));
}

/// Two classes of three boxes, of which the first two overlap by 0.9 of 1.1.
const Tensor kBoxes(kFloat, {1, 3, 4}, {0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 10, 1, 11});
const Tensor kScores(kFloat, {1, 3, 2}, {0.75, 0.2, 0.9, 0.3, 0.6, -1});

std::vector<Tensor> select(const Tensor& boxes, double most, const AttributeList& more) {
  AttributeList attributes = {{"by_score", true}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  return run_op_all(
      "NMS", {boxes, kScores, Tensor(DataType::Int32, {}, {most}), Tensor(kFloat, {}, {0.5})},
      attributes);
}

TEST(NMS, by_score_goes_through_all_classes_of_an_image) {
  const auto out = select(kBoxes, 3, {});
  expect_tensor(out[1], {1}, {3});
  expect_tensor(out[0], {6, 3}, {0, 0, 1, 0, 0, 2, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST(NMS, by_score_looks_at_so_many_boxes_only) {
  const auto out = select(kBoxes, 3, {{"topk_box_limit", int64_t{2}}});
  expect_tensor(out[1], {1}, {1});
  EXPECT_EQ(out[0].elements()[2], 1);
}

TEST(NMS, by_score_takes_boxes_of_each_class) {
  Tensor boxes(kFloat, {1, 3, 2, 4});
  for (int64_t i = 0; i < 24; ++i) {
    // Class 1 lies apart everywhere.
    const int64_t box = i / 8, kind = i / 4 % 2, corner = i % 4;
    boxes.view().set(i, kBoxes.view().at(box * 4 + corner) + (kind == 1 ? 100.0 * box : 0.0));
  }
  const auto out = select(boxes, 3, {});
  expect_tensor(out[1], {1}, {4});
}

}  // namespace
}  // namespace trtlike::ops
