// Shuffle, Squeeze, Unsqueeze and Shape: extents known in part, elements, host values, views.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ints = std::vector<int64_t>;
constexpr int64_t kSome = ops::kUnknownElement;

OpRunner reshape(Dims from, Ints to, bool zero = true) {
  Tensor input{DataType::Float, from, {}};
  return OpRunner("Shuffle",
                  {{"has_reshape", true}, {"reshape_dims", to}, {"zero_is_placeholder", zero}},
                  {input});
}

/// Extents of a reshape whose host input has these elements.
Dims reshape_by_input(Dims from, Ints to) {
  const auto length = static_cast<int64_t>(to.size());
  return OpRunner("Shuffle", {}, {Tensor{DataType::Float, from, {}}, ints({})})
      .know(1, {length}, std::move(to))
      .dims();
}

TEST(Shuffle, reshape_solves_the_wildcard) {
  EXPECT_EQ(reshape({2, 3, 4}, {-1, 6}).dims(), (Dims{4, 6}));
  EXPECT_EQ(reshape({2, 3, 4}, {0, -1}).dims(), (Dims{2, 12}));
  EXPECT_EQ(reshape({2, 0, 4}, {2, -1, 4}).dims(), (Dims{2, 0, 4}));
}

TEST(Shuffle, reshape_cancels_extents_that_are_copied) {
  EXPECT_EQ(reshape({-1, -1, 768}, {0, 0, 12, 64}).dims(), (Dims{-1, -1, 12, 64}));
  EXPECT_EQ(reshape({-1, -1, 768}, {0, 0, 12, -1}).dims(), (Dims{-1, -1, 12, 64}));
  EXPECT_EQ(reshape({-1, 49, 96}, {0, -1}).dims(), (Dims{-1, 4704}));
  EXPECT_EQ(reshape({-1, 49, 96}, {-1, 96}).dims(), (Dims{-1, 96}));
}

TEST(Shuffle, reshape_by_partly_known_elements_gives_the_rank) {
  EXPECT_EQ(reshape_by_input({-1, 8, 64}, {kSome, -1, 512}), (Dims{-1, -1, 512}));
  EXPECT_EQ(reshape_by_input({4, 8, 64}, {kSome, 512}), (Dims{4, 512}));
  EXPECT_EQ(reshape_by_input({4, 8, 64}, {kSome, -1}), (Dims{-1, -1}));
  EXPECT_EQ(reshape_by_input({4, 8, 64}, {-1, kSome}), (Dims{-1, -1}));
  EXPECT_EQ(OpRunner("Shuffle", {}, {counting({4, 6}), ints({})}).know(1, {3}).dims(),
            (Dims{-1, -1, -1}));
}

TEST(Shuffle, zero_is_an_extent_when_it_is_no_placeholder) {
  EXPECT_EQ(reshape({3, 0}, {0, 7}, false).dims(), (Dims{0, 7}));
  EXPECT_EQ(reshape({3, 5}, {0, 5}, true).dims(), (Dims{3, 5}));
}

TEST(Shuffle, refusals_name_both_shapes) {
  EXPECT_THAT(reshape({2, 3}, {4, 2}).refusal(), HasSubstr("shape [2, 3] has, got shape [4, 2]"));
  EXPECT_THAT(reshape({2, 3}, {4, -1}).refusal(), HasSubstr("shape [2, 3] has"));
  EXPECT_THAT(reshape({2, 3}, {-1, -1}).refusal(), HasSubstr("expected at most one -1"));
  EXPECT_THAT(reshape({2, 3}, {2, 3, 0}).refusal(), HasSubstr("one on axis 2"));
  EXPECT_THAT(OpRunner("Shuffle", {{"first_transpose", Ints{0, 0}}}, {counting({2, 3})}).refusal(),
              HasSubstr("expected a permutation of the axes 0 to 1, got [0, 0]"));
}

TEST(Shuffle, transposes_before_and_after_the_reshape) {
  EXPECT_THAT(OpRunner("Shuffle", {{"first_transpose", Ints{1, 0}}}, {counting({2, 3})}).elements(),
              ElementsAre(0, 3, 1, 4, 2, 5));
  // numpy: arange(12).reshape(2, 6).T.reshape(3, 4).transpose(1, 0)
  const OpRunner both("Shuffle",
                      {{"first_transpose", Ints{1, 0}},
                       {"has_reshape", true},
                       {"reshape_dims", Ints{3, 4}},
                       {"second_transpose", Ints{1, 0}}},
                      {counting({2, 6})});
  EXPECT_EQ(both.dims(), (Dims{4, 3}));
  EXPECT_THAT(both.elements(), ElementsAre(0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11));
}

TEST(Shuffle, is_a_view_when_nothing_moves) {
  EXPECT_TRUE(reshape({-1, 6}, {-1, 2, 3}).is_view());
  const auto transposed = [](Dims dims, Ints order) {
    return OpRunner("Shuffle", {{"first_transpose", order}}, {Tensor{DataType::Float, dims, {}}})
        .is_view();
  };
  EXPECT_TRUE(transposed({1, 5, 1, 7}, {2, 1, 0, 3}));
  EXPECT_FALSE(transposed({1, 5, 2, 7}, {0, 2, 1, 3}));
  EXPECT_FALSE(transposed({-1, 5, 1, 7}, {1, 0, 2, 3}));
}

TEST(Shuffle, moves_known_elements) {
  const OpRunner flat = OpRunner("Shuffle", {{"has_reshape", true}, {"reshape_dims", Ints{-1}}},
                                 {counting({1}, DataType::Int64)})
                            .know(0, {}, Ints{7});
  EXPECT_EQ(flat.host(), (Ints{7}));
  const OpRunner turned =
      OpRunner("Shuffle", {{"first_transpose", Ints{1, 0}}}, {counting({2, 2}, DataType::Int32)})
          .know(0, {2, 2}, Ints{1, kSome, 3, 4});
  EXPECT_EQ(turned.host(), (Ints{1, 3, kSome, 4}));
}

TEST(Squeeze, drops_extents_of_one) {
  const auto dims = [](Dims from, Ints axes) {
    return OpRunner("Squeeze", {{"axes", axes}}, {Tensor{DataType::Float, from, {}}}).dims();
  };
  EXPECT_EQ(dims({1, 3, 1, 5}, {}), (Dims{3, 5}));
  EXPECT_EQ(dims({1, 3, 1, 5}, {-2}), (Dims{1, 3, 5}));
  EXPECT_EQ(dims({-1, 3}, {0}), (Dims{3}));
  EXPECT_THAT(
      OpRunner("Squeeze", {{"axes", Ints{1}}}, {Tensor{DataType::Float, {1, 3}, {}}}).refusal(),
      HasSubstr("expected an extent of 1 on axis 1, got shape [1, 3]"));
  EXPECT_THAT(OpRunner("Squeeze", {}, {Tensor{DataType::Float, {-1, 3}, {}}}).refusal(),
              HasSubstr("expected a list of axes for shape [-1, 3]"));
}

TEST(Unsqueeze, inserts_extents_of_one) {
  const OpRunner op("Unsqueeze", {}, {counting({2, 3}), ints({0, -1})});
  EXPECT_EQ(op.dims(), (Dims{1, 2, 3, 1}));
  EXPECT_TRUE(op.is_view());
  EXPECT_THAT(op.elements(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(OpRunner("Unsqueeze", {{"axes", Ints{0, 0}}}, {counting({2})}).refusal(),
              HasSubstr("expected each axis once"));
}

TEST(Unsqueeze, moves_known_elements) {
  EXPECT_EQ(OpRunner("Unsqueeze", {{"axes", Ints{0}}}, {counting({}, DataType::Int64)})
                .know(0, {}, Ints{7})
                .host(),
            (Ints{7}));
}

TEST(Shape, gives_the_known_extents) {
  const OpRunner op("Shape", {}, {Tensor{DataType::Float, {-1, 3, 224}, {}}});
  EXPECT_EQ(op.dims(), (Dims{3}));
  EXPECT_EQ(op.dtype(), DataType::Int64);
  EXPECT_EQ(op.host(), (Ints{kSome, 3, 224}));
  EXPECT_EQ(OpRunner("Shape", {}, {Tensor{DataType::Float, {-1}, {}}}).host(), std::nullopt);
  EXPECT_THAT(OpRunner("Shape", {}, {counting({2, 5})}).elements(), ElementsAre(2, 5));
}

}  // namespace
}  // namespace trtlike::op_test
