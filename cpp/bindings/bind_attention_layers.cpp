// Layers of transformers.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

using py::arg;

py::object or_none(const Tensor& tensor) { return tensor ? py::cast(tensor) : py::none(); }

void bind_attention(py::module_& m) {
  py::class_<Attention> attention(m, "IAttention", "norm(Q K^T + mask) V.");
  py::class_<AttentionBoundaryLayer, Layer>(m, "IAttentionBoundaryLayer")
      .def_property_readonly("attention", [](const Layer& layer) {
        return AttentionBoundaryLayer(layer).attention();
      });
  bind_boundary_layer<AttentionInputLayer, AttentionBoundaryLayer>(m, "IAttentionInputLayer");
  bind_boundary_layer<AttentionOutputLayer, AttentionBoundaryLayer>(m, "IAttentionOutputLayer");
  attention.def_property("name", &Attention::name, &Attention::set_name)
      .def_property("metadata", &Attention::metadata, &Attention::set_metadata)
      .def_property("norm_op", &Attention::norm_op, &Attention::set_norm_op)
      .def_property("causal", &Attention::causal, &Attention::set_causal,
                    "Query i sees no key behind number i. Not together with a mask.")
      .def_property("decomposable", &Attention::decomposable, &Attention::set_decomposable)
      .def_property(
          "mask", [](const Attention& a) { return or_none(a.mask()); }, &Attention::set_mask)
      .def_property(
          "normalization_quantize_scale",
          [](const Attention& a) { return or_none(a.normalization_quantize_scale()); },
          &Attention::set_normalization_quantize_scale)
      .def_property("normalization_quantize_to_type", &Attention::normalization_quantize_to_type,
                    &Attention::set_normalization_quantize_to_type)
      .def_property_readonly("num_inputs", &Attention::num_inputs)
      .def_property_readonly("num_outputs", &Attention::num_outputs)
      .def(
          "get_input", [](const Attention& a, int index) { return or_none(a.input(index)); },
          arg("index"))
      .def(
          "get_output", [](const Attention& a, int index) { return or_none(a.output(index)); },
          arg("index"))
      .def(
          "set_input",
          [](Attention& a, int index, const Tensor& tensor) {
            a.set_input(index, tensor);
            return true;
          },
          arg("index"), arg("tensor"))
      .def("__eq__", [](const Attention& a, const Attention& b) { return a == b; });
}

void bind_moe(py::module_& m) {
  auto moe = bind_layer<MoELayer>(m, "IMoELayer");
  def_property(moe, "activation_type", &MoELayer::activation_type, &MoELayer::set_activation_type);
  def_property(moe, "quantization_to_type", &MoELayer::quantization_to_type,
               &MoELayer::set_quantization_to_type);
  def_property(moe, "quantization_block_shape", &MoELayer::quantization_block_shape,
               &MoELayer::set_quantization_block_shape);
  def_property(moe, "dyn_q_output_scale_type", &MoELayer::dyn_q_output_scale_type,
               &MoELayer::set_dyn_q_output_scale_type);
  def_property(moe, "swiglu_param_limit", &MoELayer::swiglu_param_limit,
               &MoELayer::set_swiglu_param_limit);
  def_property(moe, "swiglu_param_alpha", &MoELayer::swiglu_param_alpha,
               &MoELayer::set_swiglu_param_alpha);
  def_property(moe, "swiglu_param_beta", &MoELayer::swiglu_param_beta,
               &MoELayer::set_swiglu_param_beta);
  moe.def(
         "set_gated_weights",
         [](const Layer& layer, const Tensor& gate, const Tensor& up, const Tensor& down,
            MoEActType type) { MoELayer(layer).set_gated_weights(gate, up, down, type); },
         arg("fc_gate_weights"), arg("fc_up_weights"), arg("fc_down_weights"),
         arg("activation_type"))
      .def(
          "set_gated_biases",
          [](const Layer& layer, const Tensor& gate, const Tensor& up, const Tensor& down) {
            MoELayer(layer).set_gated_biases(gate, up, down);
          },
          arg("fc_gate_biases"), arg("fc_up_biases"), arg("fc_down_biases"))
      .def(
          "set_quantization_static",
          [](const Layer& layer, const Tensor& scale, DataType type) {
            MoELayer(layer).set_quantization_static(scale, type);
          },
          arg("fc_down_activation_scale"), arg("data_type"))
      .def(
          "set_quantization_dynamic_dbl_q",
          [](const Layer& layer, const Tensor& scale, DataType type, const Dims& block_shape,
             DataType scale_type) {
            MoELayer(layer).set_quantization_dynamic_dbl_q(scale, type, block_shape, scale_type);
          },
          arg("fc_down_activation_dbl_q_scale"), arg("data_type"), arg("block_shape"),
          arg("dyn_q_output_scale_type"))
      .def(
          "set_swiglu_params",
          [](const Layer& layer, double limit, double alpha, double beta) {
            MoELayer(layer).set_swiglu_params(limit, alpha, beta);
          },
          arg("limit"), arg("alpha"), arg("beta"));
}

}  // namespace

void bind_attention_layers(py::module_& m) {
  bind_attention(m);
  auto rotary = bind_layer<RotaryEmbeddingLayer>(m, "IRotaryEmbeddingLayer");
  def_property(rotary, "interleaved", &RotaryEmbeddingLayer::interleaved,
               &RotaryEmbeddingLayer::set_interleaved);
  def_property(rotary, "rotary_embedding_dim", &RotaryEmbeddingLayer::rotary_embedding_dim,
               &RotaryEmbeddingLayer::set_rotary_embedding_dim);
  auto cache = bind_layer<KVCacheUpdateLayer>(m, "IKVCacheUpdateLayer");
  def_property(cache, "cache_mode", &KVCacheUpdateLayer::cache_mode,
               &KVCacheUpdateLayer::set_cache_mode);
  bind_moe(m);
}

}  // namespace trtlike::bindings
