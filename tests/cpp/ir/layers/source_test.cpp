// Constants and generated tensors.
#include "trtlike/layers/source.h"

#include "support/typed_layers.h"

namespace trtlike {
namespace {

using test::message_of;
using test::ones;
using test::TypedLayers;
using testing::HasSubstr;

TEST_F(TypedLayers, constant) {
  ConstantLayer layer = expect_last(network.add_constant({2, 2}, ones(4)));
  EXPECT_EQ(layer.shape(), (Dims{2, 2}));
  EXPECT_EQ(layer.weights().count, 4);
  EXPECT_EQ(layer.weights().values, ones(4).values);
  expect_property(layer, &ConstantLayer::shape, &ConstantLayer::set_shape, Dims{4});
  EXPECT_THAT(message_of([&] { layer.set_shape({5}); }), HasSubstr("shape [5], got 4"));
  layer.set_weights(ones(6));
  EXPECT_EQ(layer.output(0).shape(), (Dims{6}));
  layer.set_shape({3, 2});
  EXPECT_EQ(layer.output(0).shape(), (Dims{3, 2}));
  EXPECT_THAT(message_of([&] { network.add_constant({3}, ones(4)); }),
              HasSubstr("expected 3 weights for shape [3], got 4"));
}

TEST_F(TypedLayers, fill) {
  const auto layer = expect_last(network.add_fill({4}, FillOperation::Linspace));
  using L = FillLayer;
  EXPECT_EQ(layer.shape(), (Dims{4}));
  EXPECT_EQ(layer.operation(), FillOperation::Linspace);
  EXPECT_EQ(layer.to_type(), DataType::Float);
  expect_property(layer, &L::shape, &L::set_shape, Dims{5});
  expect_property(layer, &L::alpha, &L::set_alpha, 1.5);
  expect_property(layer, &L::beta, &L::set_beta, -2.0);
  expect_property(layer, &L::to_type, &L::set_to_type, DataType::Int32);
  EXPECT_EQ(layer.output(0).dtype(), DataType::Int32);
  EXPECT_EQ(layer.output(0).shape(), (Dims{5}));
  EXPECT_FALSE(layer.is_alpha_beta_int64());
  expect_property(layer, &L::alpha_int64, &L::set_alpha_int64, (int64_t{1} << 53) + 1);
  expect_property(layer, &L::beta_int64, &L::set_beta_int64, int64_t{-1});
  EXPECT_TRUE(layer.is_alpha_beta_int64());
}

TEST_F(TypedLayers, fill_starts_with_the_step_of_tensorrt) {
  EXPECT_EQ(network.add_fill({4}, FillOperation::Linspace).beta(), 1);
}

TEST_F(TypedLayers, random_fill) {
  const auto layer = expect_last(network.add_fill({4}, FillOperation::RandomNormal));
  EXPECT_EQ(layer.operation(), FillOperation::RandomNormal);
  EXPECT_EQ(layer.alpha(), 0);
  EXPECT_EQ(layer.beta(), 1);
  EXPECT_EQ(layer.output(0).shape(), (Dims{4}));
}

}  // namespace
}  // namespace trtlike
