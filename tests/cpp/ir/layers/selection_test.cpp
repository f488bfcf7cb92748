// Assertions, NonZero and NMS, and quantization by blocks.
#include "trtlike/layers/selection.h"

#include "support/typed_layers.h"

namespace trtlike {
namespace {

using test::TypedLayers;

TEST_F(TypedLayers, assertion_has_no_outputs) {
  using L = AssertionLayer;
  const auto layer = expect_last(network.add_assertion(input({2}, DataType::Bool), "widths"));
  EXPECT_EQ(layer.message(), "widths");
  expect_property(layer, &L::message, &L::set_message, std::string("heights"));
  EXPECT_EQ(layer.num_outputs(), 0);
  EXPECT_FALSE(layer.output(0));
}

TEST_F(TypedLayers, non_zero) {
  using L = NonZeroLayer;
  const auto layer = expect_last(network.add_non_zero(input({2, 3})));
  EXPECT_EQ(layer.indices_type(), DataType::Int32);
  EXPECT_EQ(layer.output(0).shape(), (Dims{2, -1}));
  EXPECT_EQ(layer.output(0).dtype(), DataType::Int32);
  expect_property(layer, &L::indices_type, &L::set_indices_type, DataType::Int64);
  EXPECT_EQ(layer.output(0).dtype(), DataType::Int64);
}

TEST_F(TypedLayers, nms) {
  using L = NMSLayer;
  L layer =
      expect_last(network.add_nms(input({1, 9, 4}), input({1, 9, 2}), input({}, DataType::Int32)));
  EXPECT_EQ(layer.bounding_box_format(), BoundingBoxFormat::CornerPairs);
  EXPECT_EQ(layer.topk_box_limit(), 5000);
  EXPECT_EQ(layer.output(0).shape(), (Dims{-1, 3}));
  EXPECT_EQ(layer.output(1).shape(), Dims());
  EXPECT_EQ(layer.output(1).dtype(), DataType::Int32);
  expect_property(layer, &L::bounding_box_format, &L::set_bounding_box_format,
                  BoundingBoxFormat::CenterSizes);
  expect_property(layer, &L::topk_box_limit, &L::set_topk_box_limit, int64_t{10});
  expect_property(layer, &L::indices_type, &L::set_indices_type, DataType::Int64);
  EXPECT_EQ(layer.output(0).dtype(), DataType::Int64);
  const Tensor score = input({});
  layer.set_input(4, score);
  EXPECT_EQ(layer.num_inputs(), 5);
  EXPECT_FALSE(layer.input(3));
  EXPECT_EQ(layer.input(4), score);
}

TEST_F(TypedLayers, dynamic_quantize) {
  using L = DynamicQuantizeLayer;
  const auto layer = expect_last(
      network.add_dynamic_quantize(input({4, 32}), 1, 16, DataType::FP4, DataType::FP8));
  EXPECT_EQ(layer.axis(), 1);
  EXPECT_EQ(layer.block_size(), 16);
  EXPECT_EQ(layer.block_shape(), Dims());
  EXPECT_EQ(layer.output(0).dtype(), DataType::FP4);
  EXPECT_EQ(layer.output(1).shape(), (Dims{4, 2}));
  EXPECT_EQ(layer.output(1).name(), layer.name() + "_output (1)");
  expect_property(layer, &L::block_size, &L::set_block_size, int64_t{32});
  expect_property(layer, &L::axis, &L::set_axis, int64_t{-1});
  expect_property(layer, &L::to_type, &L::set_to_type, DataType::FP8);
  expect_property(layer, &L::scale_type, &L::set_scale_type, DataType::E8M0);
  expect_property(layer, &L::block_shape, &L::set_block_shape, Dims{2, 8});
  EXPECT_EQ(layer.output(1).shape(), (Dims{2, 4}));
  EXPECT_EQ(
      network.add_dynamic_quantize_v2(input({4, 32}), {-1, 16}, DataType::Int8, DataType::Float)
          .output(1)
          .shape(),
      (Dims{1, 2}));
}

}  // namespace
}  // namespace trtlike
