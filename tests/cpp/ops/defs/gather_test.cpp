// Gather: its three modes, indices from the back and outside, host values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ints = std::vector<int64_t>;
constexpr int64_t kSome = ops::kUnknownElement;

Tensor indices(Dims dims, std::vector<double> elements, DataType dtype = DataType::Int64) {
  return {dtype, dims, std::move(elements)};
}

OpRunner gather(Tensor data, Tensor index, int64_t mode, int64_t axis, int64_t batch = 0) {
  return OpRunner("Gather", {{"mode", mode}, {"axis", axis}, {"num_elementwise_dims", batch}},
                  {std::move(data), std::move(index)});
}

TEST(Gather, takes_rows_along_an_axis) {
  const OpRunner rows = gather(counting({3, 2}), indices({2, 2}, {2, 0, -1, 1}), 0, 0);
  EXPECT_EQ(rows.dims(), (Dims{2, 2, 2}));
  EXPECT_THAT(rows.elements(), ElementsAre(4, 5, 0, 1, 4, 5, 2, 3));
  const OpRunner columns = gather(counting({2, 3}), indices({2}, {2, 0}, DataType::Int32), 0, -1);
  EXPECT_THAT(columns.elements(), ElementsAre(2, 0, 5, 3));
}

TEST(Gather, a_scalar_index_drops_the_axis) {
  const OpRunner op = gather(counting({2, 3, 2}), indices({}, {1}), 0, 1);
  EXPECT_EQ(op.dims(), (Dims{2, 2}));
  EXPECT_THAT(op.elements(), ElementsAre(2, 3, 8, 9));
}

TEST(Gather, an_index_outside_is_an_error) {
  EXPECT_THAT(gather(floats({2}, {5, 6}), indices({2}, {1, -2}), 0, 0).elements(),
              ElementsAre(6, 5));
  for (const double outside : {2, -3})
    EXPECT_THAT(
        [&] { gather(floats({2}, {5, 6}), indices({2}, {1, outside}), 0, 0).elements(); },
        testing::ThrowsMessage<UserError>(HasSubstr(core::str(
            "expected indices between -2 and 1 for axis 0 of shape [2], got ", outside, "."))));
}

TEST(Gather, leading_extents_can_be_elementwise) {
  // numpy.take_along_axis, row by row: data [2, 3], indices [2, 2].
  const OpRunner op = gather(counting({2, 3}), indices({2, 2}, {2, 0, 1, 1}), 0, 1, 1);
  EXPECT_EQ(op.dims(), (Dims{2, 2}));
  EXPECT_THAT(op.elements(), ElementsAre(2, 0, 4, 4));
}

TEST(Gather, takes_elements) {
  // The first example of ONNX GatherElements, and one along axis 0.
  EXPECT_THAT(gather(floats({2, 2}, {1, 2, 3, 4}), indices({2, 2}, {0, 0, 1, 0}), 1, 1).elements(),
              ElementsAre(1, 1, 4, 3));
  EXPECT_THAT(gather(floats({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
                     indices({2, 3}, {-1, -2, 0, -2, 0, 0}), 1, 0)
                  .elements(),
              ElementsAre(7, 5, 3, 4, 2, 3));
}

TEST(Gather, takes_blocks) {
  // The examples 1, 2 and 5 of ONNX GatherND.
  EXPECT_THAT(gather(counting({2, 2}), indices({2, 2}, {0, 0, 1, 1}), 2, 0).elements(),
              ElementsAre(0, 3));
  EXPECT_THAT(gather(counting({2, 2}), indices({2, 1}, {1, 0}), 2, 0).elements(),
              ElementsAre(2, 3, 0, 1));
  const OpRunner batched = gather(counting({2, 2, 2}), indices({2, 1}, {1, 0}), 2, 0, 1);
  EXPECT_EQ(batched.dims(), (Dims{2, 2}));
  EXPECT_THAT(batched.elements(), ElementsAre(2, 3, 4, 5));
}

TEST(Gather, unknown_extents_stay_unknown) {
  EXPECT_EQ(gather(Tensor{DataType::Float, {-1, 4}, {}}, indices({2}, {0, 1}), 0, 1).dims(),
            (Dims{-1, 2}));
  EXPECT_EQ(gather(counting({3, 4}), indices({2}, {0, 1}), 0, 0).know(1, {-1, -1}).dims(),
            (Dims{-1, -1, 4}));
}

TEST(Gather, refusals_name_what_is_wrong) {
  EXPECT_THAT(gather(counting({3}), floats({1}, {0}), 0, 0).refusal(),
              HasSubstr("input 1 'indices': expected integers, got FLOAT"));
  EXPECT_THAT(gather(counting({3}), indices({1}, {0}), 0, 2).refusal(),
              HasSubstr("expected an axis in [-1, 1), got 2"));
  EXPECT_THAT(gather(counting({3}), indices({1, 2}, {0, 0}), 2, 0).refusal(),
              HasSubstr("expected a last extent in [1, 1]"));
  EXPECT_THAT(gather(counting({3}), indices({1}, {0}), 7, 0).refusal(),
              HasSubstr("expected DEFAULT (0), ELEMENT (1) or ND (2)"));
}

TEST(Gather, moves_known_elements) {
  const auto pick = [](double i) {
    return gather(counting({3}, DataType::Int64), indices({}, {i}), 0, 0)
        .know(0, {3}, Ints{7, kSome, 9})
        .host();
  };
  EXPECT_EQ(pick(-1), (Ints{9}));
  EXPECT_EQ(pick(1), std::nullopt);
}

}  // namespace
}  // namespace trtlike::op_test
