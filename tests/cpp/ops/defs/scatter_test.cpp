// Scatter, OneHot, Cumulative, ReverseSequence, Padding and Fill against numbers worked by hand or
// given in ONNX's operator pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ints = std::vector<int64_t>;

Tensor indices(Dims dims, std::vector<double> elements) {
  return {DataType::Int64, dims, std::move(elements)};
}

OpRunner scatter(Tensor data, Tensor index, Tensor updates, int64_t mode, int64_t axis = 0,
                 int64_t reduction = 0) {
  return OpRunner("Scatter", {{"mode", mode}, {"axis", axis}, {"reduction", reduction}},
                  {std::move(data), std::move(index), std::move(updates)});
}

TEST(Scatter, replaces_elements) {
  // The examples of ONNX ScatterElements.
  EXPECT_THAT(
      scatter(floats({3, 3}, std::vector<double>(9, 0)), indices({2, 3}, {1, 0, 2, 0, 2, 1}),
              floats({2, 3}, {1.0, 1.1, 1.2, 2.0, 2.1, 2.2}), 0)
          .elements(),
      ElementsAre(2.0f, 1.1f, 0, 1.0f, 0, 2.2f, 0, 2.1f, 1.2f));
  EXPECT_THAT(scatter(floats({1, 5}, {1, 2, 3, 4, 5}), indices({1, 2}, {1, -2}),
                      floats({1, 2}, {10, 20}), 0, 1)
                  .elements(),
              ElementsAre(1, 10, 3, 20, 5));
}

TEST(Scatter, replaces_blocks) {
  EXPECT_THAT(scatter(counting({8}), indices({4, 1}, {4, 3, 1, 7}), floats({4}, {9, 10, 11, 12}), 1)
                  .elements(),
              ElementsAre(0, 11, 2, 10, 9, 5, 6, 12));
  EXPECT_THAT(scatter(counting({3, 2}), indices({1, 1}, {2}), floats({1, 2}, {7, 8}), 1).elements(),
              ElementsAre(0, 1, 2, 3, 7, 8));
}

TEST(Scatter, combines_elements_that_meet) {
  const auto combined = [](int64_t reduction) {
    return scatter(floats({3}, {1, 2, 3}), indices({3}, {1, 1, 0}), floats({3}, {5, -4, 6}), 0, 0,
                   reduction)
        .elements();
  };
  EXPECT_THAT(combined(1), ElementsAre(7, 3, 3));
  EXPECT_THAT(combined(2), ElementsAre(6, -40, 3));
  EXPECT_THAT(combined(3), ElementsAre(6, 5, 3));
  EXPECT_THAT(combined(4), ElementsAre(1, -4, 3));
}

TEST(Scatter, an_index_outside_is_an_error) {
  EXPECT_THAT(scatter(counting({2}), indices({2}, {-2, 1}), floats({2}, {6, 7}), 0).elements(),
              ElementsAre(6, 7));
  for (const double outside : {2, -3})
    EXPECT_THAT(
        [&] {
          scatter(counting({2}), indices({2}, {1, outside}), floats({2}, {6, 7}), 0).elements();
        },
        testing::ThrowsMessage<UserError>(HasSubstr(core::str(
            "expected indices between -2 and 1 for axis 0 of shape [2], got ", outside, "."))));
}

TEST(Scatter, refusals_name_the_shapes) {
  EXPECT_THAT(scatter(counting({2}), indices({3}, {0, 0, 0}), counting({2}), 0).refusal(),
              HasSubstr("input 2 'updates': expected the extents of the indices [3]"));
  EXPECT_THAT(scatter(counting({3, 2}), indices({1, 1}, {2}), counting({1, 3}), 1).refusal(),
              HasSubstr("input 2 'updates': expected shape [1, 2], got [1, 3]"));
  EXPECT_THAT(scatter(counting({2}), counting({2}), counting({2}), 0).refusal(),
              HasSubstr("input 1 'indices': expected integers"));
}

TEST(OneHot, is_on_where_the_index_says) {
  const auto one_hot = [](int64_t axis) {
    return OpRunner(
        "OneHot", {{"axis", axis}},
        {indices({3}, {1, -1, 5}), floats({2}, {-2, 4}), Tensor{DataType::Int64, {}, {3}}});
  };
  EXPECT_EQ(one_hot(-1).dims(), (Dims{3, 3}));
  EXPECT_THAT(one_hot(-1).elements(), ElementsAre(-2, 4, -2, -2, -2, 4, -2, -2, -2));
  EXPECT_THAT(one_hot(0).elements(), ElementsAre(-2, -2, -2, 4, -2, -2, -2, 4, -2));
  EXPECT_EQ(one_hot(0).know(2, {}).dims(), (Dims{-1, 3}));
  EXPECT_THAT(one_hot(4).refusal(), HasSubstr("expected an axis in [-2, 2), got 4"));
}

TEST(Cumulative, sums_along_the_axis) {
  const auto sums = [](bool exclusive, bool reverse, double axis) {
    return OpRunner("Cumulative", {{"exclusive", exclusive}, {"reverse", reverse}},
                    {floats({2, 3}, {1, 2, 3, 4, 5, 6}), Tensor{DataType::Int32, {}, {axis}}})
        .elements();
  };
  EXPECT_THAT(sums(false, false, 1), ElementsAre(1, 3, 6, 4, 9, 15));
  EXPECT_THAT(sums(true, false, -1), ElementsAre(0, 1, 3, 0, 4, 9));
  EXPECT_THAT(sums(false, true, 1), ElementsAre(6, 5, 3, 15, 11, 6));
  EXPECT_THAT(sums(true, true, 0), ElementsAre(4, 5, 6, 0, 0, 0));
}

TEST(ReverseSequence, reverses_as_many_as_the_length_says) {
  // The first example of ONNX ReverseSequence.
  const OpRunner op(
      "ReverseSequence", {},
      {floats({4, 4}, {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}), ints({4, 3, 2, 1})});
  EXPECT_THAT(op.elements(), ElementsAre(3, 6, 9, 12, 2, 5, 8, 13, 1, 4, 10, 14, 0, 7, 11, 15));
  EXPECT_THAT(OpRunner("ReverseSequence", {}, {counting({4, 4}), ints({1})}).refusal(),
              HasSubstr("input 1 'lengths': expected shape [4], got [1]"));
}

TEST(Padding, surrounds_the_last_two_axes) {
  const OpRunner op("Padding", {{"pre_padding", Ints{1, -1}}, {"post_padding", Ints{0, 2}}},
                    {counting({1, 2, 2})});
  EXPECT_EQ(op.dims(), (Dims{1, 3, 3}));
  EXPECT_THAT(op.elements(), ElementsAre(0, 0, 0, 1, 0, 0, 3, 0, 0));
  EXPECT_THAT(OpRunner("Padding", {{"pre_padding", Ints{1}}}, {counting({2, 2})}).refusal(),
              HasSubstr("expected two counts before"));
  EXPECT_THAT(OpRunner("Padding", {{"pre_padding", Ints{-3, 0}}}, {counting({2, 2})}).refusal(),
              HasSubstr("expected to remove at most the 2 elements of axis 0"));
}

TEST(Fill, repeats_or_counts) {
  const OpRunner constant("Fill", {{"shape", Ints{2, 2}}, {"alpha", 3.0}, {"to_type", int64_t{8}}},
                          {});
  EXPECT_EQ(constant.dtype(), DataType::Int64);
  EXPECT_THAT(constant.elements(), ElementsAre(3, 3, 3, 3));
  EXPECT_EQ(constant.host(), (Ints{3, 3, 3, 3}));
  const OpRunner range("Fill", {}, {ints({3}), floats({}, {1}), floats({}, {0.5})});
  EXPECT_THAT(range.elements(), ElementsAre(1, 1.5, 2));
  const OpRunner plane("Fill", {}, {ints({2, 3}), floats({}, {1}), floats({2}, {10, 1})});
  EXPECT_THAT(plane.elements(), ElementsAre(1, 2, 3, 11, 12, 13));
}

TEST(Fill, the_shape_may_be_unknown) {
  EXPECT_EQ(OpRunner("Fill", {}, {ints({3})}).know(0, {1}, Ints{ops::kUnknownElement}).dims(),
            (Dims{-1}));
}

TEST(Fill, takes_random_numbers_by_their_seed) {
  const auto fill = [](int64_t operation, bool is_seeded, int64_t seed) {
    return OpRunner("Fill",
                    {{"shape", Ints{1000}},
                     {"operation", operation},
                     {"alpha", 2.0},
                     {"beta", 3.0},
                     {"is_seeded", is_seeded},
                     {"seed", seed}},
                    {})
        .elements();
  };
  for (const int64_t operation : {1, 2}) {
    EXPECT_EQ(fill(operation, true, 5), fill(operation, true, 5));
    EXPECT_NE(fill(operation, true, 5), fill(operation, true, 6));
    EXPECT_NE(fill(operation, false, 5), fill(operation, false, 5));
  }
  EXPECT_THAT(fill(1, true, 5), testing::Each(testing::AllOf(testing::Ge(2), testing::Le(3))));
}

TEST(Fill, has_one_step_for_each_axis) {
  EXPECT_THAT(OpRunner("Fill", {{"shape", Ints{2, 2}}, {"beta", 1.0}}, {}).refusal(),
              HasSubstr("expected 0 for the shape [2, 2] of several axes"));
}

}  // namespace
}  // namespace trtlike::op_test
