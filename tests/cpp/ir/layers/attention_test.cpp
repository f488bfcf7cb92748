// Layers of transformers: both ends of attention, and the properties of all.
#include "trtlike/layers/attention.h"

#include <cmath>

#include "support/typed_layers.h"

namespace trtlike {
namespace {

using test::TypedLayers;

TEST_F(TypedLayers, attention_has_a_layer_at_each_end) {
  const Tensor q = input({1, 4, 2, 8}), k = input({1, 2, 3, 8});
  Attention attention = network.add_attention(q, k, k, AttentionNormalizationOp::Softmax, true);
  ASSERT_EQ(network.num_layers(), 2);
  EXPECT_EQ(network.layer(0).type(), LayerType::AttentionInput);
  EXPECT_EQ(network.layer(1).type(), LayerType::AttentionOutput);
  EXPECT_EQ(AttentionInputLayer(network.layer(0)).attention(), attention);
  EXPECT_EQ(AttentionOutputLayer(network.layer(1)).attention(), attention);
  EXPECT_EQ(attention.output(0), network.layer(1).output(0));
  EXPECT_EQ(attention.output(0).shape(), (Dims{1, 4, 2, 8}));
  EXPECT_EQ(attention.input(1), k);
  EXPECT_FALSE(attention.input(3));
  EXPECT_EQ(attention.norm_op(), AttentionNormalizationOp::Softmax);
  EXPECT_TRUE(attention.causal());
  EXPECT_FALSE(attention.decomposable());
  EXPECT_FALSE(attention.mask());
  EXPECT_EQ(attention.normalization_quantize_to_type(), DataType::Float);
  attention.set_name("heads");
  EXPECT_EQ(network.layer(0).name(), "heads");
  attention.set_metadata("of a model");
  EXPECT_EQ(attention.metadata(), "of a model");
}

TEST_F(TypedLayers, attention_takes_masks_scales_and_other_inputs) {
  const Tensor q = input({1, 4, 2, 8});
  Attention attention = network.add_attention(q, q, q, AttentionNormalizationOp::None, false);
  const Tensor mask = input({1, 1, 2, 2}, DataType::Bool), scale = constant({}, 1);
  attention.set_mask(mask);
  EXPECT_EQ(attention.mask(), mask);
  attention.set_normalization_quantize_to_type(DataType::Int8);
  attention.set_normalization_quantize_scale(scale);
  EXPECT_EQ(attention.normalization_quantize_scale(), scale);
  attention.set_decomposable(true);
  attention.set_norm_op(AttentionNormalizationOp::Softmax);
  const Tensor value = input({1, 4, 2, 5});
  attention.set_input(2, value);
  EXPECT_EQ(attention.output(0).shape(), (Dims{1, 4, 2, 5}));
  EXPECT_TRUE(attention.decomposable());
}

TEST_F(TypedLayers, rotary_embedding) {
  using L = RotaryEmbeddingLayer;
  const auto layer = expect_last(network.add_rotary_embedding(input({1, 4, 2, 8}), input({1, 2, 4}),
                                                              input({1, 2, 4}), false, 0));
  expect_property(layer, &L::interleaved, &L::set_interleaved, true);
  EXPECT_EQ(layer.rotary_embedding_dim(), 0);
  EXPECT_EQ(layer.output(0).shape(), (Dims{1, 4, 2, 8}));
}

TEST_F(TypedLayers, rotary_embedding_gets_its_positions_later) {
  RotaryEmbeddingLayer layer = expect_last(
      network.add_rotary_embedding(input({1, 4, 2, 8}), input({99, 2}), input({99, 2}), false, 4));
  EXPECT_THROW(layer.output(0).shape(), UserError);
  layer.set_input(3, input({1, 2}, DataType::Int64));
  EXPECT_EQ(layer.output(0).shape(), (Dims{1, 4, 2, 8}));
}

TEST_F(TypedLayers, kv_cache_update) {
  using L = KVCacheUpdateLayer;
  const auto layer = expect_last(network.add_kv_cache_update(
      input({2, 4, 16, 8}), input({2, 4, 1, 8}), input({2}, DataType::Int32), KVCacheMode::Linear));
  expect_property(layer, &L::cache_mode, &L::set_cache_mode, KVCacheMode::Linear);
  EXPECT_EQ(layer.output(0).shape(), (Dims{2, 4, 16, 8}));
}

TEST_F(TypedLayers, moe) {
  using L = MoELayer;
  L layer = expect_last(
      network.add_moe(input({1, 2, 4}), input({1, 2, 2}, DataType::Int32), input({1, 2, 2})));
  EXPECT_EQ(layer.activation_type(), MoEActType::None);
  EXPECT_EQ(layer.quantization_to_type(), DataType::Float);
  EXPECT_EQ(layer.quantization_block_shape(), Dims());
  EXPECT_EQ(layer.swiglu_param_limit(), HUGE_VAL);
  EXPECT_EQ(layer.swiglu_param_alpha(), 1);
  EXPECT_EQ(layer.swiglu_param_beta(), 0);
  EXPECT_THROW(layer.output(0).shape(), UserError) << "there are no weights";
  const Tensor gate = input({3, 4, 6}), down = input({3, 6, 4});
  layer.set_gated_weights(gate, gate, down, MoEActType::Silu);
  EXPECT_EQ(layer.output(0).shape(), (Dims{1, 2, 4}));
  EXPECT_EQ(layer.activation_type(), MoEActType::Silu);
  layer.set_gated_biases(input({3, 6}), input({3, 6}), input({3, 4}));
  layer.set_swiglu_params(7, 1.702, 1);
  EXPECT_EQ(layer.swiglu_param_alpha(), 1.702);
  layer.set_quantization_static(input({}), DataType::FP8);
  EXPECT_EQ(layer.quantization_to_type(), DataType::FP8);
  layer.set_quantization_dynamic_dbl_q(input({}), DataType::FP4, {1, 1, 2}, DataType::FP8);
  EXPECT_EQ(layer.quantization_block_shape(), (Dims{1, 1, 2}));
  EXPECT_EQ(layer.dyn_q_output_scale_type(), DataType::FP8);
  EXPECT_EQ(layer.output(0).shape(), (Dims{1, 2, 4}));
}

}  // namespace
}  // namespace trtlike
