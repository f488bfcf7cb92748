// Scatter tactics against the reference: blocks and elements, reductions; what an index outside
// gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/tactic_runner.h"
#include "trtlike/error.h"

namespace trtlike::op_test {
namespace {

Tensor indices(Dims dims, int64_t extent, DataType dtype = DataType::Int64) {
  Tensor out = counting(dims, dtype);
  for (double& element : out.elements)
    element = std::fmod(element * 5, static_cast<double>(2 * extent)) - static_cast<double>(extent);
  return out;
}

Given given(int64_t mode, int64_t axis, int64_t reduction) {
  return {{"mode", mode}, {"axis", axis}, {"reduction", reduction}};
}

TEST(ScatterRows, combines_elements_along_any_axis) {
  for (const DataType dtype : {DataType::Float, DataType::Half, DataType::Int32, DataType::Int64})
    for (int64_t axis = 0; axis < 3; ++axis)
      for (int64_t reduction = 0; reduction < 5; ++reduction)
        TacticRunner("Scatter", given(0, axis, reduction),
                     {spread({3, 4, 5}, dtype), indices({2, 3, 4}, 3, DataType::Int32),
                      spread({2, 3, 4}, dtype)})
            .expect_reference("scatter_rows");
}

TEST(ScatterRows, combines_blocks) {
  for (int64_t length = 1; length <= 3; ++length)
    for (int64_t reduction = 0; reduction < 5; ++reduction) {
      Dims updates{7};
      for (int64_t d = length; d < 3; ++d) updates.push_back(4);
      TacticRunner("Scatter", given(1, 0, reduction),
                   {spread({4, 4, 4}), indices({7, length}, 4), spread(updates)})
          .expect_reference("scatter_rows");
    }
}

TEST(ScatterRows, copies_large_data_in_slices) {
  TacticRunner("Scatter", given(1, 0, 0),
               {spread({100, 700}), indices({3, 1}, 100), spread({3, 700})})
      .threads(3)
      .expect_reference("scatter_rows");
}

TEST(ScatterRows, an_index_outside_ends_the_run) {
  for (const double outside : {3.0, -4.0, 1e9}) {
    const Tensor one{DataType::Int64, {2, 1}, {1, outside}};
    for (const int64_t mode : {0, 1}) {
      const TacticRunner runner("Scatter", given(mode, 0, 0),
                                {spread({3, 2}), one, spread({2, mode == 0 ? 1 : 2})});
      EXPECT_THAT([&] { runner.run("scatter_rows"); },
                  testing::ThrowsMessage<UserError>(testing::HasSubstr(
                      "expected indices between -3 and 2 for axis 0 of shape [3, 2], got")));
    }
  }
}

TEST(ScatterRows, refuses_layouts) {
  EXPECT_EQ(TacticRunner("Scatter", given(1, 0, 0),
                         {spread({2, 2, 2, 2}), indices({1, 1}, 2), spread({1, 2, 2, 2})})
                .store_input(2, channels_last())
                .refusal("scatter_rows"),
            "needs updates as f32[2, 2, 2, 2], got f32[1, 2, 2, 2] channels_last");
}

}  // namespace
}  // namespace trtlike::op_test
