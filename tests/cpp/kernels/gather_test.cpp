// Gather tactics against the reference: rows, tuples and elements, both widths of indices.
#include <gtest/gtest.h>

#include <cmath>

#include "support/tactic_runner.h"

namespace trtlike::op_test {
namespace {

/// Indices that reach the back, the front and both sides beyond.
Tensor indices(Dims dims, int64_t extent, DataType dtype) {
  Tensor out = counting(dims, dtype);
  const auto range = static_cast<double>(2 * extent + 3);
  for (double& element : out.elements)
    element = std::fmod(element * 5, range) - static_cast<double>(extent) - 1;
  return out;
}

Given given(int64_t mode, int64_t axis, int64_t batch = 0) {
  return {{"mode", mode}, {"axis", axis}, {"num_elementwise_dims", batch}};
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
  for (const int64_t axis : {1, 2, 3})
    TacticRunner("Gather", given(0, axis, 1),
                 {spread({3, 4, 5, 2}), indices({3, 6}, 4, DataType::Int32)})
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
