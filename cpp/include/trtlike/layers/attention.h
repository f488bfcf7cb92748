// Layers of transformers: attention, rotary embeddings, caches of keys and values, experts.
#pragma once

#include <string>

#include "trtlike/enums/transformer_enums.h"
#include "trtlike/layer.h"

namespace trtlike {

class Attention;

/// A layer at an end of an attention.
class AttentionBoundaryLayer : public Layer {
 public:
  AttentionBoundaryLayer() = default;
  explicit AttentionBoundaryLayer(const Layer& layer) : Layer(layer) {}
  Attention attention() const;
};

/// Query, key, value, and where they are set a mask and the scale of quantized weights.
class AttentionInputLayer : public TypedLayer<LayerType::AttentionInput, AttentionBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
};

class AttentionOutputLayer : public TypedLayer<LayerType::AttentionOutput, AttentionBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
};

/// norm(Q K^T + mask) V of tensors [batch, heads, length, size]: nothing scales the products.
/// Several heads of queries may share one of keys and values. A handle: copies denote the same
/// attention.
class Attention {
 public:
  Attention() = default;
  explicit operator bool() const { return static_cast<bool>(input_); }
  bool operator==(const Attention& other) const { return input_ == other.input_; }
  const std::string& name() const;
  void set_name(const std::string& name);
  const std::string& metadata() const;
  void set_metadata(const std::string& metadata);

  AttentionNormalizationOp norm_op() const;
  void set_norm_op(AttentionNormalizationOp norm_op);
  /// Query i sees no key behind number i. Not together with a mask.
  bool causal() const;
  void set_causal(bool causal);
  /// Whether it may be computed by several kernels; every attention may.
  bool decomposable() const;
  void set_decomposable(bool decomposable);
  /// BOOL, true for what is seen, or what is added to the products; an empty handle without one.
  Tensor mask() const;
  void set_mask(const Tensor& mask);
  /// One number: the weights are rounded to steps of it, of the type below. An empty handle
  /// without.
  Tensor normalization_quantize_scale() const;
  void set_normalization_quantize_scale(const Tensor& scale);
  /// FP8 or INT8; Float where no scale is set.
  DataType normalization_quantize_to_type() const;
  void set_normalization_quantize_to_type(DataType type);

  /// 3: query, key and value.
  int num_inputs() const { return 3; }
  int num_outputs() const { return 1; }
  /// An empty handle for an index out of range.
  Tensor input(int index) const;
  Tensor output(int index) const;
  void set_input(int index, const Tensor& tensor);

 private:
  friend struct NetworkAccess;
  friend class AttentionBoundaryLayer;
  Attention(const Layer& input, const Layer& output) : input_(input), output_(output) {}

  Layer input_, output_;
};

/// Pairs of elements of each head turned by the angles of its position. Inputs: [batch, heads,
/// length, size], cosines and sines [batch, length, pairs]; with positions [batch, length] as input
/// 3 they are tables [positions, pairs].
class RotaryEmbeddingLayer : public TypedLayer<LayerType::RotaryEmbedding> {
 public:
  using TypedLayer::TypedLayer;
  /// A pair is two neighbours, else an element of each half.
  bool interleaved() const;
  void set_interleaved(bool interleaved);
  /// How many elements of a head are turned, the first; 0 for all.
  int64_t rotary_embedding_dim() const;
  void set_rotary_embedding_dim(int64_t rotary_embedding_dim);
};

/// The cache [batch, heads, length, size] with the update [batch, heads, new, size] from
/// write_indices[i] on in sequence i; an update that would reach outside is left out. Cache and
/// output may be bound to one address.
class KVCacheUpdateLayer : public TypedLayer<LayerType::KVCacheUpdate> {
 public:
  using TypedLayer::TypedLayer;
  KVCacheMode cache_mode() const;
  void set_cache_mode(KVCacheMode cache_mode);
};

/// Experts, of which each token goes through some: the sum of score (up(x) act(gate(x))) down.
class MoELayer : public TypedLayer<LayerType::MoE> {
 public:
  using TypedLayer::TypedLayer;
  /// Gate and up [experts, hidden, inner], down [experts, inner, hidden].
  void set_gated_weights(const Tensor& fc_gate_weights, const Tensor& fc_up_weights,
                         const Tensor& fc_down_weights, MoEActType activation_type);
  /// Gate and up [experts, inner], down [experts, hidden].
  void set_gated_biases(const Tensor& fc_gate_biases, const Tensor& fc_up_biases,
                        const Tensor& fc_down_biases);
  MoEActType activation_type() const;
  void set_activation_type(MoEActType activation_type);
  /// What goes into the last product is rounded to steps of one scale.
  void set_quantization_static(const Tensor& fc_down_activation_scale, DataType data_type);
  /// The same with a scale for each block, which is itself rounded in steps of the given one.
  void set_quantization_dynamic_dbl_q(const Tensor& fc_down_activation_dbl_q_scale,
                                      DataType data_type, const Dims& block_shape,
                                      DataType dyn_q_output_scale_type);
  /// Float: not quantized.
  DataType quantization_to_type() const;
  void set_quantization_to_type(DataType type);
  Dims quantization_block_shape() const;
  void set_quantization_block_shape(const Dims& block_shape);
  DataType dyn_q_output_scale_type() const;
  void set_dyn_q_output_scale_type(DataType type);
  /// g = min(gate(x), limit), u = up(x) within +-limit: g sigmoid(alpha g) (u + beta).
  void set_swiglu_params(double limit, double alpha, double beta);
  double swiglu_param_limit() const;
  void set_swiglu_param_limit(double limit);
  double swiglu_param_alpha() const;
  void set_swiglu_param_alpha(double alpha);
  double swiglu_param_beta() const;
  void set_swiglu_param_beta(double beta);
};

}  // namespace trtlike
