// Layers that move elements: properties, and the shapes that follow from them.
#include "trtlike/layers/movement.h"

#include "support/typed_layers.h"

namespace trtlike {
namespace {

using test::message_of;
using test::ones;
using test::TypedLayers;
using testing::HasSubstr;

TEST_F(TypedLayers, shuffle) {
  const auto layer = expect_last(network.add_shuffle(input({2, 3, 4})));
  using L = ShuffleLayer;
  const auto order_of = [](const Permutation& p) {
    return std::vector<int64_t>(p.begin(), p.end());
  };
  L view = layer;
  view.set_first_transpose({2, 0, 1});
  EXPECT_EQ(order_of(layer.first_transpose()), (std::vector<int64_t>{2, 0, 1}));
  EXPECT_EQ(layer.output(0).shape(), (Dims{4, 2, 3}));
  expect_property(layer, &L::reshape_dims, &L::set_reshape_dims, Dims{0, -1});
  EXPECT_EQ(layer.output(0).shape(), (Dims{4, 6}));
  view.set_second_transpose({1, 0});
  EXPECT_EQ(order_of(layer.second_transpose()), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(layer.output(0).shape(), (Dims{6, 4}));
  expect_property(layer, &L::zero_is_placeholder, &L::set_zero_is_placeholder, false);
}

TEST_F(TypedLayers, slice) {
  const auto layer = expect_last(network.add_slice(input({4, 6}), {1, 0}, {2, 3}, {1, 2}));
  using L = SliceLayer;
  EXPECT_EQ(layer.start(), (Dims{1, 0}));
  EXPECT_EQ(layer.shape(), (Dims{2, 3}));
  EXPECT_EQ(layer.stride(), (Dims{1, 2}));
  EXPECT_EQ(layer.mode(), SampleMode::StrictBounds);
  expect_property(layer, &L::start, &L::set_start, Dims{0, 1});
  expect_property(layer, &L::shape, &L::set_shape, Dims{4, 2});
  expect_property(layer, &L::stride, &L::set_stride, Dims{1, 3});
  EXPECT_EQ(layer.output(0).shape(), (Dims{4, 2}));
  expect_property(layer, &L::mode, &L::set_mode, SampleMode::Reflect);
  expect_property(layer, &L::axes, &L::set_axes, Dims{1, 0});
}

TEST_F(TypedLayers, gathers_and_scatters) {
  const Tensor x = input({4, 6}), indices = input({2}, DataType::Int32);
  const auto gather = expect_last(network.add_gather(x, indices, 1));
  EXPECT_EQ(gather.axis(), 1);
  EXPECT_EQ(gather.mode(), GatherMode::Default);
  EXPECT_EQ(gather.output(0).shape(), (Dims{4, 2}));
  expect_property(gather, &GatherLayer::axis, &GatherLayer::set_axis, int64_t{0});
  EXPECT_EQ(gather.output(0).shape(), (Dims{2, 6}));
  const Tensor pairs = input({4, 1}, DataType::Int32);
  const auto elements = expect_last(network.add_gather_v2(x, pairs, GatherMode::Nd));
  EXPECT_EQ(elements.mode(), GatherMode::Nd);
  expect_property(elements, &GatherLayer::num_elementwise_dims,
                  &GatherLayer::set_num_elementwise_dims, int64_t{1});
  expect_property(elements, &GatherLayer::mode, &GatherLayer::set_mode, GatherMode::Default);
  const auto scatter = expect_last(
      network.add_scatter(x, input({1, 2}, DataType::Int32), input({1, 2}), ScatterMode::Element));
  EXPECT_EQ(scatter.mode(), ScatterMode::Element);
  expect_property(scatter, &ScatterLayer::axis, &ScatterLayer::set_axis, int64_t{1});
  expect_property(scatter, &ScatterLayer::mode, &ScatterLayer::set_mode, ScatterMode::Nd);
}

TEST_F(TypedLayers, ranks_and_extents) {
  const Tensor x = input({2, 1, 3}), axes = input({1}, DataType::Int64);
  EXPECT_EQ(expect_last(network.add_shape(x)).output(0).shape(), (Dims{3}));
  EXPECT_EQ(expect_last(network.add_squeeze(x, axes)).num_inputs(), 2);
  EXPECT_EQ(expect_last(network.add_unsqueeze(x, axes)).num_inputs(), 2);
  const auto joined = expect_last(network.add_concatenation({x, x}));
  EXPECT_EQ(joined.num_inputs(), 2);
  expect_property(joined, &ConcatenationLayer::axis, &ConcatenationLayer::set_axis, int64_t{2});
  EXPECT_EQ(joined.output(0).shape(), (Dims{2, 1, 6}));
  const auto padding = expect_last(network.add_padding_nd(input({1, 1, 4, 4}), {1, 0}, {0, 2}));
  using P = PaddingLayer;
  EXPECT_EQ(padding.pre_padding_nd(), (Dims{1, 0}));
  EXPECT_EQ(padding.post_padding_nd(), (Dims{0, 2}));
  EXPECT_EQ(padding.output(0).shape(), (Dims{1, 1, 5, 6}));
  expect_property(padding, &P::pre_padding_nd, &P::set_pre_padding_nd, Dims{0, 3});
  expect_property(padding, &P::post_padding_nd, &P::set_post_padding_nd, Dims{-1, 0});
  EXPECT_EQ(padding.output(0).shape(), (Dims{1, 1, 3, 7}));
}

TEST_F(TypedLayers, resize) {
  const auto layer = expect_last(network.add_resize(input({1, 1, 4, 4})));
  using L = ResizeLayer;
  expect_property(layer, &L::scales, &L::set_scales, std::vector<double>{1, 1, 2, 0.5});
  EXPECT_EQ(layer.output(0).shape(), (Dims{1, 1, 8, 2}));
  expect_property(layer, &L::resize_mode, &L::set_resize_mode, InterpolationMode::Cubic);
  expect_property(layer, &L::coordinate_transformation, &L::set_coordinate_transformation,
                  ResizeCoordinateTransformation::AlignCorners);
  expect_property(layer, &L::selector_for_single_pixel, &L::set_selector_for_single_pixel,
                  ResizeSelector::Upper);
  expect_property(layer, &L::nearest_rounding, &L::set_nearest_rounding, ResizeRoundMode::Ceil);
  expect_property(layer, &L::exclude_outside, &L::set_exclude_outside, true);
  expect_property(layer, &L::cubic_coeff, &L::set_cubic_coeff, -0.5);
  const auto sized = expect_last(network.add_resize(input({1, 1, 4, 4})));
  expect_property(sized, &L::shape, &L::set_shape, Dims{1, 1, 3, 5});
  EXPECT_EQ(sized.output(0).shape(), (Dims{1, 1, 3, 5}));
}

TEST_F(TypedLayers, one_hot_sequences_and_grids) {
  const auto one_hot = expect_last(
      network.add_one_hot(input({3}, DataType::Int32), input({2}), input({}, DataType::Int32), -1));
  EXPECT_EQ(one_hot.axis(), -1);
  expect_property(one_hot, &OneHotLayer::axis, &OneHotLayer::set_axis, int64_t{0});
  const auto reverse =
      expect_last(network.add_reverse_sequence(input({4, 2, 3}), input({2}, DataType::Int32)));
  using R = ReverseSequenceLayer;
  expect_property(reverse, &R::batch_axis, &R::set_batch_axis, int64_t{0});
  expect_property(reverse, &R::sequence_axis, &R::set_sequence_axis, int64_t{1});
  const auto grid = expect_last(network.add_grid_sample(input({1, 2, 4, 4}), input({1, 3, 3, 2})));
  using G = GridSampleLayer;
  expect_property(grid, &G::interpolation_mode, &G::set_interpolation_mode,
                  InterpolationMode::Nearest);
  expect_property(grid, &G::align_corners, &G::set_align_corners, true);
  expect_property(grid, &G::sample_mode, &G::set_sample_mode, SampleMode::Clamp);
  EXPECT_EQ(grid.output(0).shape(), (Dims{1, 2, 3, 3}));
}

}  // namespace
}  // namespace trtlike
