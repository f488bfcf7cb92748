// Layers of transformers.
#include "trtlike/layers/attention.h"

#include "core/check.h"
#include "ir/layers/properties.h"
#include "ir/network_state.h"

namespace trtlike {
namespace {

enum Input : int { kMask = 3, kQuantizationScale = 4 };

/// Inputs of experts in the order of the op.
enum MoEInput : int { kGateWeights = 3, kGateBiases = 6, kScale = 9 };

}  // namespace

Attention AttentionBoundaryLayer::attention() const {
  const NetworkAccess::State& state = NetworkAccess::state(*this);
  const ir::Graph& graph = state->graph;
  if (type() == LayerType::AttentionInput) {
    const ir::ValueId result = graph.node({id()}).outputs[0];
    for (const ir::NodeId user : graph.value(result).users)
      if (graph.node(user).op->layer_type == LayerType::AttentionOutput)
        return {*this, NetworkAccess::layer(state, user)};
    return {*this, Layer()};
  }
  return {NetworkAccess::layer(state, graph.producer(graph.node({id()}).inputs[0])), *this};
}

const std::string& Attention::name() const { return input_.name(); }
void Attention::set_name(const std::string& name) { input_.set_name(name); }
const std::string& Attention::metadata() const { return input_.metadata(); }
void Attention::set_metadata(const std::string& metadata) { input_.set_metadata(metadata); }

AttentionNormalizationOp Attention::norm_op() const {
  return get_enum<AttentionNormalizationOp>(input_, "norm_op");
}
void Attention::set_norm_op(AttentionNormalizationOp norm_op) {
  input_.set_attribute("norm_op", enum_number(norm_op));
}
bool Attention::causal() const { return get<bool>(input_, "causal"); }
void Attention::set_causal(bool causal) { input_.set_attribute("causal", causal); }
bool Attention::decomposable() const { return get<bool>(input_, "decomposable"); }
void Attention::set_decomposable(bool decomposable) {
  input_.set_attribute("decomposable", decomposable);
}
Tensor Attention::mask() const { return input_.input(kMask); }
void Attention::set_mask(const Tensor& mask) { input_.set_input(kMask, mask); }
Tensor Attention::normalization_quantize_scale() const { return input_.input(kQuantizationScale); }
void Attention::set_normalization_quantize_scale(const Tensor& scale) {
  input_.set_input(kQuantizationScale, scale);
}
DataType Attention::normalization_quantize_to_type() const {
  return get_enum<DataType>(input_, "to_type");
}
void Attention::set_normalization_quantize_to_type(DataType type) {
  input_.set_attribute("to_type", enum_number(type));
}

Tensor Attention::input(int index) const {
  return index < num_inputs() ? input_.input(index) : Tensor();
}
Tensor Attention::output(int index) const { return output_ ? output_.output(index) : Tensor(); }
void Attention::set_input(int index, const Tensor& tensor) {
  TRTLIKE_CHECK(index < num_inputs(), "[network] attention '", name(),
                "': expected an input below 3, got ", index,
                ". Set mask or normalization_quantize_scale.");
  input_.set_input(index, tensor);
}

bool RotaryEmbeddingLayer::interleaved() const { return get<bool>(*this, "interleaved"); }
void RotaryEmbeddingLayer::set_interleaved(bool interleaved) {
  set_attribute("interleaved", interleaved);
}
int64_t RotaryEmbeddingLayer::rotary_embedding_dim() const {
  return get<int64_t>(*this, "rotary_embedding_dim");
}
void RotaryEmbeddingLayer::set_rotary_embedding_dim(int64_t rotary_embedding_dim) {
  set_attribute("rotary_embedding_dim", rotary_embedding_dim);
}

KVCacheMode KVCacheUpdateLayer::cache_mode() const {
  return get_enum<KVCacheMode>(*this, "cache_mode");
}
void KVCacheUpdateLayer::set_cache_mode(KVCacheMode cache_mode) {
  set_attribute("cache_mode", enum_number(cache_mode));
}

void MoELayer::set_gated_weights(const Tensor& fc_gate_weights, const Tensor& fc_up_weights,
                                 const Tensor& fc_down_weights, MoEActType activation_type) {
  set_input(kGateWeights, fc_gate_weights);
  set_input(kGateWeights + 1, fc_up_weights);
  set_input(kGateWeights + 2, fc_down_weights);
  set_activation_type(activation_type);
}
void MoELayer::set_gated_biases(const Tensor& fc_gate_biases, const Tensor& fc_up_biases,
                                const Tensor& fc_down_biases) {
  set_input(kGateBiases, fc_gate_biases);
  set_input(kGateBiases + 1, fc_up_biases);
  set_input(kGateBiases + 2, fc_down_biases);
}
MoEActType MoELayer::activation_type() const {
  return get_enum<MoEActType>(*this, "activation_type");
}
void MoELayer::set_activation_type(MoEActType activation_type) {
  set_attribute("activation_type", enum_number(activation_type));
}
void MoELayer::set_quantization_static(const Tensor& fc_down_activation_scale, DataType data_type) {
  set_quantization_block_shape({});
  set_input(kScale, fc_down_activation_scale);
  set_quantization_to_type(data_type);
}
void MoELayer::set_quantization_dynamic_dbl_q(const Tensor& fc_down_activation_dbl_q_scale,
                                              DataType data_type, const Dims& block_shape,
                                              DataType dyn_q_output_scale_type) {
  set_dyn_q_output_scale_type(dyn_q_output_scale_type);
  set_quantization_block_shape(block_shape);
  set_input(kScale, fc_down_activation_dbl_q_scale);
  set_quantization_to_type(data_type);
}
DataType MoELayer::quantization_to_type() const {
  return get_enum<DataType>(*this, "quantization_to_type");
}
void MoELayer::set_quantization_to_type(DataType type) {
  set_attribute("quantization_to_type", enum_number(type));
}
Dims MoELayer::quantization_block_shape() const {
  return get_dims(*this, "quantization_block_shape");
}
void MoELayer::set_quantization_block_shape(const Dims& block_shape) {
  set_dims(*this, "quantization_block_shape", block_shape);
}
DataType MoELayer::dyn_q_output_scale_type() const {
  return get_enum<DataType>(*this, "dyn_q_output_scale_type");
}
void MoELayer::set_dyn_q_output_scale_type(DataType type) {
  set_attribute("dyn_q_output_scale_type", enum_number(type));
}
void MoELayer::set_swiglu_params(double limit, double alpha, double beta) {
  set_swiglu_param_limit(limit);
  set_swiglu_param_alpha(alpha);
  set_swiglu_param_beta(beta);
}
double MoELayer::swiglu_param_limit() const { return get<double>(*this, "swiglu_param_limit"); }
void MoELayer::set_swiglu_param_limit(double limit) { set_attribute("swiglu_param_limit", limit); }
double MoELayer::swiglu_param_alpha() const { return get<double>(*this, "swiglu_param_alpha"); }
void MoELayer::set_swiglu_param_alpha(double alpha) { set_attribute("swiglu_param_alpha", alpha); }
double MoELayer::swiglu_param_beta() const { return get<double>(*this, "swiglu_param_beta"); }
void MoELayer::set_swiglu_param_beta(double beta) { set_attribute("swiglu_param_beta", beta); }

Attention Network::add_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                 AttentionNormalizationOp norm_op, bool causal) {
  const Layer input = add_layer("AttentionInput", {query, key, value},
                                {{"norm_op", enum_number(norm_op)},
                                 {"causal", causal},
                                 {"decomposable", false},
                                 {"to_type", enum_number(DataType::Float)}});
  const Layer output = add_layer("AttentionOutput", {input.output(0)});
  return AttentionBoundaryLayer(output).attention();
}

RotaryEmbeddingLayer Network::add_rotary_embedding(const Tensor& input, const Tensor& cos_cache,
                                                   const Tensor& sin_cache, bool interleaved,
                                                   int64_t rotary_embedding_dim) {
  // One attribute later: positions that input 3 will give may make the tables' shapes valid.
  RotaryEmbeddingLayer layer(
      add_layer("RotaryEmbedding", {input, cos_cache, sin_cache}, {{"interleaved", interleaved}}));
  layer.set_rotary_embedding_dim(rotary_embedding_dim);
  return layer;
}

KVCacheUpdateLayer Network::add_kv_cache_update(const Tensor& cache, const Tensor& update,
                                                const Tensor& write_indices,
                                                KVCacheMode cache_mode) {
  return KVCacheUpdateLayer(add_layer("KVCacheUpdate", {cache, update, write_indices},
                                      {{"cache_mode", enum_number(cache_mode)}}));
}

MoELayer Network::add_moe(const Tensor& hidden_states, const Tensor& selected_experts_for_tokens,
                          const Tensor& scores_for_selected_experts) {
  return MoELayer(
      add_layer("MoE", {hidden_states, selected_experts_for_tokens, scores_for_selected_experts}));
}

}  // namespace trtlike
