// Gather tactics against the reference: rows, tuples and elements, both widths of indices; what an
// index outside gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/tactic_runner.h"
#include "trtlike/error.h"

namespace trtlike::op_test {
namespace {

/// Indices that reach the back and the front.
Tensor indices(Dims dims, int64_t extent, DataType dtype) {
  Tensor out = counting(dims, dtype);
  const auto range = static_cast<double>(2 * extent);
  for (double& element : out.elements)
    element = std::fmod(element * 5, range) - static_cast<double>(extent);
  return out;
}

Given given(int64_t mode, int64_t axis, int64_t batch = 0) {
  return {{"mode", mode}, {"axis", axis}, {"num_elementwise_dims", batch}};
}

void expect_outside(const char* tactic, Given attributes, Tensor data, Tensor indices) {
  const TacticRunner runner("Gather", std::move(attributes), {std::move(data), std::move(indices)});
  EXPECT_THAT(
      [&] { runner.run(tactic); },
      testing::ThrowsMessage<UserError>(testing::HasSubstr(
          "input 1 'indices': expected indices between -4 and 3 for axis 1 of shape [6, 4]")));
}

const DataType kWidths[] = {DataType::Int32, DataType::Int64};

TEST(GatherRows, takes_rows_along_any_axis) {
  const Dims data{4, 6, 5, 3};
  for (const DataType width : kWidths)
    for (const DataType dtype : {DataType::Float, DataType::Int64, DataType::BF16, DataType::Int8})
      for (int64_t axis = 0; axis < 4; ++axis)
        for (const Dims& dims : {Dims{}, Dims{7}, Dims{2, 3}})
          TacticRunner("Gather", given(0, axis),
                       {spread(data, dtype), indices(dims, data[static_cast<int>(axis)], width)})
              .expect_reference("gather_rows");
}

TEST(GatherRows, takes_long_rows_in_slices) {
  for (const int threads : {1, 3})
    TacticRunner("Gather", given(0, 0), {spread({50, 301}), indices({131}, 50, DataType::Int64)})
        .threads(threads)
        .expect_reference("gather_rows");
}

TEST(GatherRows, takes_rows_batch_by_batch) {
  const Dims data{3, 4, 5, 2};
  for (const int axis : {1, 2, 3})
    TacticRunner("Gather", given(0, axis, 1),
                 {spread(data), indices({3, 6}, data[axis], DataType::Int32)})
        .expect_reference("gather_rows");
}

TEST(GatherRows, takes_blocks_by_tuples) {
  for (const int64_t batch : {0, 1})
    for (const int64_t length : {1, 2, 3})
      TacticRunner("Gather", given(2, 0, batch),
                   {spread({4, 3, 5, 6}), indices({4, 7, length}, 3, DataType::Int64)})
          .expect_reference("gather_rows");
}

TEST(GatherRows, refuses_what_it_has_no_loop_for) {
  const TacticRunner runner("Gather", given(1, 0), {spread({4}), indices({4}, 4, DataType::Int64)});
  EXPECT_EQ(runner.refusal("gather_rows"), "needs mode DEFAULT or ND, got ELEMENT");
  EXPECT_EQ(
      TacticRunner("Gather", given(0, 0), {spread({4, 2, 2, 2}), indices({}, 4, DataType::Int64)})
          .store_input(0, channels_last())
          .refusal("gather_rows"),
      "needs linear, got channels_last");
}

TEST(GatherRows, an_index_outside_ends_the_run) {
  for (const DataType width : kWidths)
    for (const double outside : {4.0, -5.0, 1e9}) {
      const Tensor one{width, {2}, {1, outside}}, tuple{width, {1, 2}, {1, outside}};
      expect_outside("gather_rows", given(0, 1), spread({6, 4}), one);
      expect_outside("gather_rows", given(2, 0), spread({6, 4}), tuple);
      expect_outside("gather_elements", given(1, 1), spread({6, 4}), tuple);
    }
}

TEST(GatherElements, takes_elements_along_any_axis) {
  const Dims data{4, 6, 5};
  for (const DataType width : kWidths)
    for (const DataType dtype : {DataType::Float, DataType::Int64, DataType::Half, DataType::Bool})
      for (int64_t axis = 0; axis < 3; ++axis)
        for (const Dims& dims : {Dims{4, 6, 5}, Dims{2, 3, 4}})
          TacticRunner("Gather", given(1, axis),
                       {spread(data, dtype), indices(dims, data[static_cast<int>(axis)], width)})
              .expect_reference("gather_elements");
}

}  // namespace
}  // namespace trtlike::op_test
