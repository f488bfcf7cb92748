// Softmax tactics against the op's reference: every axis, layouts, types, widths.
#include "support/expect_tactics.h"

namespace trtlike::kernels {
namespace {

using test::expect_native_tactics;
using test::storage_tolerance;
using test::TacticCase;

void sweep_types(const Dims& dims, int64_t axis, Layout layout = Layout::Linear,
                 int64_t pitch = 0) {
  for (const DataType dtype : {DataType::Float, DataType::Half, DataType::BF16}) {
    TacticCase problem("Softmax", {{"axes", int64_t{1} << axis}});
    problem.input(dims, {dtype, layout, pitch}).output({dtype, layout, pitch});
    expect_native_tactics(problem, storage_tolerance(dtype));
  }
}

TEST(SoftmaxTactics, rows_at_every_width_around_the_vector) {
  for (const int64_t n : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 128, 197, 1000})
    sweep_types({3, n}, 1);
}

TEST(SoftmaxTactics, short_rows_go_many_at_once) {
  for (const int64_t n : {1, 2, 3, 4, 7, 8, 15, 16})
    for (const int64_t rows : {1, 5, 16, 17, 100}) sweep_types({rows, n}, 1);
}

TEST(SoftmaxTactics, columns_at_every_width_around_the_vector) {
  for (const int64_t n : {1, 3, 4, 5, 8, 9, 15, 16, 17, 63, 64, 65, 130}) {
    sweep_types({2, 6, n}, 1);
    sweep_types({5, n}, 0);
  }
}

TEST(SoftmaxTactics, every_axis_of_channels_last_tensors) {
  for (int64_t axis = 0; axis < 4; ++axis) {
    sweep_types({2, 21, 5, 6}, axis, Layout::ChannelsLast);
    sweep_types({2, 21, 5, 6}, axis, Layout::ChannelsLast, 30);
    sweep_types({2, 1, 3, 4}, axis, Layout::ChannelsLast, 3);
  }
}

TEST(SoftmaxTactics, many_rows_are_shared) {
  sweep_types({12, 128, 128}, 2);
  sweep_types({1, 16, 4, 900}, 1);
}

TEST(SoftmaxTactics, large_arguments_do_not_overflow) {
  for (const int64_t axes : {1, 2}) {
    TacticCase problem("Softmax", {{"axes", axes}});
    std::vector<float> values(20 * 20);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i % 7) * 200 - 600 + static_cast<float>(i % 3);
    problem.input({20, 20}).values(values).output({});
    expect_native_tactics(problem, 2e-6);
  }
}

}  // namespace
}  // namespace trtlike::kernels
