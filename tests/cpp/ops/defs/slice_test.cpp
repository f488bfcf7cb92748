// Slice and Concatenation: ranges, sample modes, partly known lists, host values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ints = std::vector<int64_t>;
constexpr int64_t kSome = ops::kUnknownElement;
constexpr int64_t kFar = std::numeric_limits<int64_t>::max();

/// ONNX's Slice.
OpRunner range(Dims from, Ints starts, Ints ends, Ints axes, Ints steps) {
  return OpRunner(
      "Slice",
      {{"start", starts}, {"shape", ends}, {"axes", axes}, {"stride", steps}, {"clamp_ends", true}},
      {core::is_static(from) ? counting(from) : Tensor{DataType::Float, from, {}}});
}

TEST(Slice, ends_count_from_the_back_and_are_clamped) {
  // numpy: arange(10)[...]
  EXPECT_THAT(range({10}, {2}, {-1}, {}, {3}).elements(), ElementsAre(2, 5, 8));
  EXPECT_THAT(range({10}, {-3}, {kFar}, {}, {}).elements(), ElementsAre(7, 8, 9));
  EXPECT_THAT(range({10}, {-100}, {3}, {}, {}).elements(), ElementsAre(0, 1, 2));
  EXPECT_THAT(range({5}, {-1}, {-kFar}, {}, {-1}).elements(), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(range({5}, {-1}, {std::numeric_limits<int64_t>::min()}, {}, {-2}).elements(),
              ElementsAre(4, 2, 0));
  EXPECT_THAT(range({10}, {8}, {2}, {}, {-3}).elements(), ElementsAre(8, 5));
  EXPECT_EQ(range({10}, {7}, {3}, {}, {}).dims(), (Dims{0}));
  EXPECT_EQ(range({0}, {0}, {kFar}, {}, {}).dims(), (Dims{0}));
}

TEST(Slice, other_axes_stay_whole) {
  const OpRunner op = range({2, 3}, {1}, {2}, {-1}, {});
  EXPECT_EQ(op.dims(), (Dims{2, 1}));
  EXPECT_THAT(op.elements(), ElementsAre(1, 4));
  EXPECT_EQ(range({-1, 3}, {0}, {2}, {1}, {}).dims(), (Dims{-1, 2}));
  EXPECT_EQ(range({-1, 3}, {0}, {2}, {0}, {}).dims(), (Dims{-1, 3}));
}

TEST(Slice, unknown_lists_give_unknown_extents_of_the_same_rank) {
  const auto with_end = [](Ints end, Ints axes) {
    return OpRunner("Slice", {{"clamp_ends", true}},
                    {counting({4, 6}), ints({0}), ints({0}), absent(), absent(), ints({0})})
        .know(1, {1}, Ints{0})
        .know(2, {1}, end)
        .know(5, {1}, axes)
        .dims();
  };
  EXPECT_EQ(with_end({3}, {1}), (Dims{4, 3}));
  EXPECT_EQ(with_end({kSome}, {1}), (Dims{4, -1}));
  EXPECT_EQ(with_end({3}, {kSome}), (Dims{-1, -1}));
}

OpRunner sampled(int64_t mode, int64_t start, int64_t count, std::vector<Tensor> rest = {}) {
  std::vector<Tensor> inputs = {counting({4})};
  for (Tensor& tensor : rest) inputs.push_back(std::move(tensor));
  return OpRunner(
      "Slice",
      {{"start", Ints{start}}, {"shape", Ints{count}}, {"stride", Ints{1}}, {"mode", mode}},
      std::move(inputs));
}

TEST(Slice, modes_say_what_stands_outside) {
  // numpy.pad of [0, 1, 2, 3] by 3 on either side: wrap, edge, constant, reflect.
  EXPECT_THAT(sampled(1, -3, 10).elements(), ElementsAre(1, 2, 3, 0, 1, 2, 3, 0, 1, 2));
  EXPECT_THAT(sampled(2, -3, 10).elements(), ElementsAre(0, 0, 0, 0, 1, 2, 3, 3, 3, 3));
  EXPECT_THAT(sampled(3, -3, 10).elements(), ElementsAre(0, 0, 0, 0, 1, 2, 3, 0, 0, 0));
  EXPECT_THAT(sampled(4, -3, 10).elements(), ElementsAre(3, 2, 1, 0, 1, 2, 3, 2, 1, 0));
  const std::vector<Tensor> fill = {absent(), absent(), absent(), floats({}, {9})};
  EXPECT_THAT(sampled(3, -1, 6, fill).elements(), ElementsAre(9, 0, 1, 2, 3, 9));
}

TEST(Slice, refusals_name_the_axis_and_the_range) {
  EXPECT_THAT(sampled(0, 2, 3).refusal(),
              HasSubstr("axis 0: expected elements in [0, 4), got 2 to 4"));
  EXPECT_THAT(sampled(1, kFar, 2).refusal(),
              HasSubstr("axis 0: expected positions of 64 bits, got 2 from 9223372036854775807"));
  EXPECT_THAT(range({4}, {0}, {4}, {}, {0}).refusal(), HasSubstr("expected other than 0"));
  EXPECT_THAT(range({4}, {0, 0}, {4}, {}, {}).refusal(), HasSubstr("expected 2 elements as start"));
  EXPECT_THAT(range({4}, {0}, {4}, {3}, {}).refusal(), HasSubstr("expected an axis in [-1, 1)"));
  EXPECT_THAT(sampled(5, 0, 1).refusal(), HasSubstr("attribute 'mode'"));
}

TEST(Slice, moves_known_elements) {
  EXPECT_EQ(OpRunner("Slice", {{"start", Ints{1}}, {"shape", Ints{kFar}}, {"clamp_ends", true}},
                     {counting({4}, DataType::Int64)})
                .know(0, {4}, Ints{1, kSome, 7, 9})
                .host(),
            (Ints{kSome, 7, 9}));
}

TEST(Slice, a_whole_range_is_a_view) {
  EXPECT_TRUE(range({2, 3}, {0}, {kFar}, {1}, {}).is_view());
  EXPECT_FALSE(range({2, 3}, {0}, {2}, {1}, {}).is_view());
  EXPECT_FALSE(range({2, 3}, {-1}, {-kFar}, {1}, {-1}).is_view());
}

TEST(Concatenation, joins_along_the_axis) {
  const OpRunner op("Concatenation", {{"axis", int64_t{-1}}},
                    {counting({2, 2}), floats({2, 1}, {10, 11}), floats({2, 0}, {})});
  EXPECT_EQ(op.dims(), (Dims{2, 3}));
  EXPECT_THAT(op.elements(), ElementsAre(0, 1, 10, 2, 3, 11));
  EXPECT_FALSE(op.is_view());
}

TEST(Concatenation, known_extents_win_and_unknown_ones_do_not_add) {
  const auto dims = [](Dims a, Dims b, int64_t axis) {
    return OpRunner("Concatenation", {{"axis", axis}},
                    {Tensor{DataType::Float, a, {}}, Tensor{DataType::Float, b, {}}})
        .dims();
  };
  EXPECT_EQ(dims({-1, 3, 4}, {2, 5, -1}, 1), (Dims{2, 8, 4}));
  EXPECT_EQ(dims({2, -1}, {2, 5}, 1), (Dims{2, -1}));
}

TEST(Concatenation, refusals_name_the_input) {
  const auto refusal = [](Tensor b) {
    return OpRunner("Concatenation", {{"axis", int64_t{0}}}, {counting({2, 2}), b}).refusal();
  };
  EXPECT_THAT(refusal(counting({2, 3})), HasSubstr("input 1: expected the extents of input 0"));
  EXPECT_THAT(refusal(counting({2})), HasSubstr("got [2]"));
  EXPECT_THAT(refusal(counting({2, 2}, DataType::Int32)), HasSubstr("expected FLOAT"));
}

TEST(Concatenation, joins_known_and_unknown_elements) {
  EXPECT_EQ(OpRunner("Concatenation", {{"axis", int64_t{0}}},
                     {ints({1}), ints({5, 6}), counting({1}, DataType::Int64)})
                .know(2, {1})
                .host(),
            (Ints{1, 5, 6, kSome}));
}

}  // namespace
}  // namespace trtlike::op_test
