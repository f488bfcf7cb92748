// Element-wise layers: properties, and what their adders refuse.
#include "trtlike/layers/pointwise.h"

#include "support/typed_layers.h"

namespace trtlike {
namespace {

using test::message_of;
using test::ones;
using test::TypedLayers;
using testing::HasSubstr;

TEST_F(TypedLayers, activation) {
  const auto layer = expect_last(network.add_activation(input({2, 3}), ActivationType::Elu));
  using L = ActivationLayer;
  EXPECT_EQ(layer.type(), ActivationType::Elu);
  for (const EnumEntry<ActivationType>& entry : enum_entries<ActivationType>())
    expect_property(layer, &L::type, &L::set_type, entry.value);
  expect_property(layer, &L::alpha, &L::set_alpha, 0.25);
  expect_property(layer, &L::beta, &L::set_beta, 2.5);
  EXPECT_EQ(layer.output(0).shape(), (Dims{2, 3}));
}

TEST_F(TypedLayers, element_wise_and_unary) {
  const Tensor x = input({2, 3});
  const auto sum = expect_last(network.add_elementwise(x, x, ElementWiseOperation::Sum));
  EXPECT_EQ(sum.op(), ElementWiseOperation::Sum);
  expect_property(sum, &ElementWiseLayer::op, &ElementWiseLayer::set_op,
                  ElementWiseOperation::Less);
  EXPECT_EQ(sum.output(0).dtype(), DataType::Bool);
  const auto root = expect_last(network.add_unary(x, UnaryOperation::Sqrt));
  EXPECT_EQ(root.op(), UnaryOperation::Sqrt);
  expect_property(root, &UnaryLayer::op, &UnaryLayer::set_op, UnaryOperation::IsNan);
}

TEST_F(TypedLayers, conversions) {
  const Tensor x = input({4});
  const Tensor scale = constant({}, 1);
  const auto cast = expect_last(network.add_cast(x, DataType::Int32));
  expect_property(cast, &CastLayer::to_type, &CastLayer::set_to_type, DataType::Half);
  const auto quantize = expect_last(network.add_quantize(x, scale));
  EXPECT_EQ(quantize.to_type(), DataType::Int8);
  expect_property(quantize, &QuantizeLayer::axis, &QuantizeLayer::set_axis, int64_t{0});
  expect_property(quantize, &QuantizeLayer::to_type, &QuantizeLayer::set_to_type, DataType::UInt8);
  const auto back = expect_last(network.add_dequantize(quantize.output(0), scale));
  EXPECT_EQ(back.to_type(), DataType::Float);
  expect_property(back, &DequantizeLayer::axis, &DequantizeLayer::set_axis, int64_t{0});
  expect_property(back, &DequantizeLayer::to_type, &DequantizeLayer::set_to_type, DataType::Half);
}

TEST_F(TypedLayers, choices_and_identity) {
  const Tensor x = input({2, 3}), condition = input({2, 3}, DataType::Bool);
  EXPECT_EQ(expect_last(network.add_identity(x)).output(0).shape(), (Dims{2, 3}));
  EXPECT_EQ(expect_last(network.add_select(condition, x, x)).num_inputs(), 3);
  EXPECT_EQ(expect_last(network.add_parametric_relu(x, x)).num_inputs(), 2);
}

TEST_F(TypedLayers, scale) {
  const auto layer =
      expect_last(network.add_scale_nd(input({1, 3, 2, 2}), ScaleMode::Channel, ones(3), ones(3)));
  using L = ScaleLayer;
  EXPECT_EQ(layer.mode(), ScaleMode::Channel);
  EXPECT_EQ(layer.channel_axis(), 1);
  EXPECT_EQ(layer.shift().count, 3);
  EXPECT_EQ(layer.scale().count, 3);
  EXPECT_EQ(layer.power().count, 0);
  L(layer).set_shift(ones(3));
  L(layer).set_scale(ones(3));
  EXPECT_THAT(message_of([&] { L(layer).set_scale(ones(2)); }),
              HasSubstr("expected 3 weights, one a channel"));
  expect_property(layer, &L::mode, &L::set_mode, ScaleMode::ElementWise);
  expect_property(layer, &L::channel_axis, &L::set_channel_axis, int64_t{2});
  const auto elements =
      network.add_scale(input({1, 3, 2, 2}), ScaleMode::ElementWise, {}, ones(12));
  EXPECT_EQ(elements.constant_input_dims(2), (Dims{3, 2, 2}));
  const auto uniform = network.add_scale(input({1, 3, 2, 2}), ScaleMode::Uniform, {}, {}, ones(1));
  EXPECT_EQ(uniform.power().count, 1);
  EXPECT_EQ(message_of([&] {
              network.add_scale_nd(input({2}), ScaleMode::ElementWise, ones(2), {}, {}, -1);
            }),
            "[network] Scale, channel_axis: expected an axis of the input, got -1.");
}

TEST_F(TypedLayers, a_property_of_another_class_is_refused_by_its_name) {
  const Layer layer = network.add_activation(input({2}), ActivationType::Relu);
  const CastLayer wrong(layer);
  EXPECT_THAT(message_of([&] { wrong.to_type(); }),
              HasSubstr("(Activation): expected one of the attributes type, alpha, beta, got "
                        "'to_type'"));
}

}  // namespace
}  // namespace trtlike
