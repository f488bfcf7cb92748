// Ops that read places of their own in images: MaxPoolIndices, RoiAlign, MaxRoiPool, DeformConv,
// on planes worked by hand.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::absent;
using test::expect_tensor;
using test::infer_op;
using test::run_op;
using test::Tensor;

constexpr auto kFloat = DataType::Float;
using L = std::vector<int64_t>;

TEST(MaxPoolIndices, counts_along_rows_or_along_columns) {
  // 1 9 2
  // 8 3 7   of the second channel, behind six elements of the first
  const Tensor x(kFloat, {1, 2, 2, 3}, {5, 0, 0, 0, 0, 6, 1, 9, 2, 8, 3, 7});
  const auto by_rows =
      run_op("MaxPoolIndices", {x}, {{"window_size", L{2, 2}}, {"stride", L{1, 1}}});
  expect_tensor(by_rows, {1, 2, 1, 2}, {0, 5, 7, 7});
  const auto by_columns =
      run_op("MaxPoolIndices", {x}, {{"window_size", L{1, 3}}, {"storage_order", int64_t{1}}});
  expect_tensor(by_columns, {1, 2, 2, 1}, {0, 5, 8, 7});
}

TEST(MaxPoolIndices, takes_the_first_of_equals_and_a_nan) {
  const Tensor x(kFloat, {1, 1, 4}, {2, 2, NAN, 5});
  expect_tensor(run_op("MaxPoolIndices", {x}, {{"window_size", L{2}}, {"stride", L{1}}}), {1, 1, 3},
                {0, 2, 2});
}

TEST(MaxPoolIndices, names_nothing_where_a_window_lies_on_padding) {
  const Tensor x(DataType::Int32, {1, 1, 2}, {-3, -4});
  expect_tensor(run_op("MaxPoolIndices", {x},
                       {{"window_size", L{1}}, {"pre_padding", L{1}}, {"post_padding", L{1}}}),
                {1, 1, 4}, {-1, 0, 1, -1});
}

/// A plane that is 10 y + x.
Tensor slope() {
  std::vector<double> elements;
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 5; ++x) elements.push_back(10 * y + x);
  return Tensor(kFloat, {1, 1, 4, 5}, elements);
}

TEST(RoiAlign, samples_the_middles_of_bins) {
  const Tensor rois(kFloat, {1, 4}, {1, 0, 3, 2}), batch(DataType::Int64, {1}, {0});
  const test::AttributeList size{{"output_height", int64_t{2}},
                                 {"output_width", int64_t{2}},
                                 {"sampling_ratio", int64_t{1}},
                                 {"half_pixel", false}};
  // Bins of 1 x 1 around (1.5, 0.5), (2.5, 0.5), (1.5, 1.5), (2.5, 1.5).
  expect_tensor(run_op("RoiAlign", {slope(), rois, batch}, size), {1, 1, 2, 2},
                {6.5, 7.5, 16.5, 17.5});
  test::AttributeList shifted = size;
  shifted.back().second = true;
  expect_tensor(run_op("RoiAlign", {slope(), rois, batch}, shifted), {1, 1, 2, 2}, {1, 2, 11, 12});
}

TEST(MaxRoiPool, takes_the_largest_of_bins_that_share_elements) {
  // Columns 1 to 3 and rows 0 to 2 in bins of 1.5: each of two, of which they share one. The second
  // box lies outside, and so does the third's image.
  const Tensor rois(kFloat, {3, 5}, {0, 1.4, -0.4, 2.6, 2, 0, 8, 8, 9, 9, 1, 0, 0, 1, 1});
  expect_tensor(run_op("MaxRoiPool", {slope(), rois}, {{"pooled_shape", L{2, 2}}}), {3, 1, 2, 2},
                {12, 13, 22, 23, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST(RoiAlign, takes_the_largest_weighted_corner_in_max_mode) {
  const Tensor rois(kFloat, {1, 4}, {1, 0, 2, 1}), batch(DataType::Int64, {1}, {0});
  // One sample between 1, 2, 11 and 12: a quarter of 12.
  expect_tensor(
      run_op("RoiAlign", {slope(), rois, batch},
             {{"mode", std::string("max")}, {"sampling_ratio", int64_t{1}}, {"half_pixel", false}}),
      {1, 1, 1, 1}, {3});
}

TEST(RoiAlign, is_zero_outside_the_map_and_for_images_that_are_not_there) {
  const Tensor rois(kFloat, {3, 4}, {50, 50, 60, 60, 0, 0, 1e9, 1e9, NAN, 0, 1, 1}),
      batch(DataType::Int64, {3}, {0, 7, 0});
  expect_tensor(run_op("RoiAlign", {slope(), rois, batch}), {3, 1, 1, 1}, {0, 0, 0});
  EXPECT_EQ(
      infer_op("RoiAlign", {{kFloat, {-1, 3, -1, -1}}, {kFloat, {-1, 4}}, {DataType::Int64, {6}}},
               {{"output_height", int64_t{7}}})
          .front()
          .dims,
      (Dims{6, 3, 7, 1}));
}

TEST(RoiAlign, ends_soon_for_boxes_of_any_size) {
  const Tensor rois(kFloat, {2, 4}, {-1e8, 0, 1e8, 4, 0, 0, 3e38, 3e38}),
      batch(DataType::Int64, {2}, {0, 0});
  const auto y = run_op("RoiAlign", {slope(), rois, batch});
  EXPECT_GE(y.elements()[0], 0);
  EXPECT_LE(y.elements()[0], 34);
}

TEST(DeformConv, reads_each_tap_at_its_offset) {
  // One tap that is moved by (1, 0.5) and halved by the mask; 100 is added.
  const Tensor kernel(kFloat, {1, 1, 1, 1}, {2}), bias(kFloat, {1}, {100});
  Tensor offset(kFloat, {1, 2, 4, 5}), mask(kFloat, {1, 1, 4, 5});
  for (int64_t i = 0; i < 20; ++i) {
    offset.view().set(i, 1);
    offset.view().set(20 + i, 0.5);
    mask.view().set(i, 0.5);
  }
  const std::vector<double> y =
      run_op("DeformConv", {slope(), kernel, offset, bias, mask}).elements();
  EXPECT_FLOAT_EQ(static_cast<float>(y[0]), 110.5f);
  EXPECT_FLOAT_EQ(static_cast<float>(y[4]), 107.0f);  // half of 14 lies outside
  EXPECT_FLOAT_EQ(static_cast<float>(y[19]), 100.0f);
}

TEST(DeformConv, is_a_convolution_without_offsets) {
  const Tensor x = test::pattern({2, 4, 5, 6}), kernel = test::pattern({6, 2, 3, 2}, 1);
  const test::AttributeList window{{"stride", L{2, 1}},
                                   {"dilation", L{1, 2}},
                                   {"pre_padding", L{1, 0}},
                                   {"post_padding", L{0, 1}},
                                   {"num_groups", int64_t{2}}};
  test::AttributeList plain = window;
  plain.emplace_back("num_output_maps", int64_t{6});
  plain.emplace_back("kernel_size", L{3, 2});
  const Tensor expected = run_op("Convolution", {x, kernel}, plain);
  Tensor offset(kFloat, {2, 12, expected.dims[2], expected.dims[3]});
  for (int64_t i = 0; i < core::elems(offset.dims); ++i) offset.view().set(i, 0);
  expect_tensor(run_op("DeformConv", {x, kernel, offset, absent()}, window), expected.dims,
                expected.elements());
}

}  // namespace
}  // namespace trtlike::ops
