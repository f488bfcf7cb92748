// INetworkDefinition.add_*.
#include "bindings/module.h"

namespace trtlike::bindings {

void bind_layer_adders(py::class_<Network>& cls);

namespace {

using Attributes = std::map<std::string, AttributeValue>;
using OptionalWeights = std::optional<Weights>;

Weights or_none(const OptionalWeights& weights) { return weights.value_or(Weights()); }

/// None is no bias.
template <auto Add>
auto add_weighted(Network& n, const Tensor& input, int64_t maps, const Dims& window,
                  const Weights& kernel, const OptionalWeights& bias) {
  return (n.*Add)(input, maps, window, kernel, or_none(bias));
}

ScaleLayer add_scale(Network& n, const Tensor& input, ScaleMode mode, const OptionalWeights& shift,
                     const OptionalWeights& scale, const OptionalWeights& power) {
  return n.add_scale(input, mode, or_none(shift), or_none(scale), or_none(power));
}

ScaleLayer add_scale_nd(Network& n, const Tensor& input, ScaleMode mode,
                        const OptionalWeights& shift, const OptionalWeights& scale,
                        const OptionalWeights& power, int channel_axis) {
  return n.add_scale_nd(input, mode, or_none(shift), or_none(scale), or_none(power), channel_axis);
}

py::object add_node(Network& n, const std::string& op,
                    const std::vector<std::optional<Tensor>>& inputs,
                    const Attributes& attributes) {
  std::vector<Tensor> tensors;
  for (const auto& input : inputs) tensors.push_back(input.value_or(Tensor()));
  return cast_layer(n.add_layer(op, tensors, attributes));
}

using py::arg;

void bind_arithmetic(py::class_<Network>& cls) {
  cls.def("add_activation", &Network::add_activation, arg("input"), arg("type"))
      .def("add_elementwise", &Network::add_elementwise, arg("input1"), arg("input2"), arg("op"))
      .def("add_unary", &Network::add_unary, arg("input"), arg("op"))
      .def("add_identity", &Network::add_identity, arg("input"))
      .def("add_cast", &Network::add_cast, arg("input"), arg("to_type"))
      .def("add_select", &Network::add_select, arg("condition"), arg("then_input"),
           arg("else_input"))
      .def("add_parametric_relu", &Network::add_parametric_relu, arg("input"), arg("slopes"))
      .def("add_scale", &add_scale, arg("input"), arg("mode"), arg("shift") = py::none(),
           arg("scale") = py::none(), arg("power") = py::none())
      .def("add_scale_nd", &add_scale_nd, arg("input"), arg("mode"), arg("shift") = py::none(),
           arg("scale") = py::none(), arg("power") = py::none(), arg("channel_axis") = 1)
      .def("add_quantize", &Network::add_quantize, arg("input"), arg("scale"),
           arg("output_type") = DataType::Int8)
      .def("add_dequantize", &Network::add_dequantize, arg("input"), arg("scale"),
           arg("output_type") = DataType::Float)
      .def("add_dynamic_quantize", &Network::add_dynamic_quantize, arg("input"), arg("axis"),
           arg("block_size"), arg("output_type"), arg("scale_type"))
      .def("add_dynamic_quantize_v2", &Network::add_dynamic_quantize_v2, arg("input"),
           arg("block_shape"), arg("output_type"), arg("scale_type"));
}

void bind_products_and_reductions(py::class_<Network>& cls) {
  cls.def("add_convolution_nd", &add_weighted<&Network::add_convolution_nd>, arg("input"),
          arg("num_output_maps"), arg("kernel_shape"), arg("kernel"), arg("bias") = py::none())
      .def("add_deconvolution_nd", &add_weighted<&Network::add_deconvolution_nd>, arg("input"),
           arg("num_output_maps"), arg("kernel_shape"), arg("kernel"), arg("bias") = py::none())
      .def("add_matrix_multiply", &Network::add_matrix_multiply, arg("input0"), arg("op0"),
           arg("input1"), arg("op1"))
      .def("add_pooling_nd", &Network::add_pooling_nd, arg("input"), arg("type"),
           arg("window_size"))
      .def("add_reduce", &Network::add_reduce, arg("input"), arg("op"), arg("axes"),
           arg("keep_dims"))
      .def("add_softmax", &Network::add_softmax, arg("input"))
      .def("add_topk", &Network::add_topk, arg("input"), arg("op"), arg("k"), arg("axes"),
           arg("indices_type") = DataType::Int32)
      .def("add_lrn", &Network::add_lrn, arg("input"), arg("window"), arg("alpha"), arg("beta"),
           arg("k"))
      .def("add_normalization", &Network::add_normalization, arg("input"), arg("scale"),
           arg("bias"), arg("axesMask"))
      .def("add_normalization_v2", &Network::add_normalization_v2, arg("input"), arg("scale"),
           arg("bias"), arg("axesMask"))
      .def("add_ragged_softmax", &Network::add_ragged_softmax, arg("input"), arg("bounds"))
      .def("add_einsum", &Network::add_einsum, arg("inputs"), arg("equation"))
      .def("add_cumulative", &Network::add_cumulative, arg("input"), arg("axis"), arg("op"),
           arg("exclusive"), arg("reverse"));
}

void bind_movement(py::class_<Network>& cls) {
  cls.def("add_constant", &Network::add_constant, arg("shape"), arg("weights"))
      .def("add_shuffle", &Network::add_shuffle, arg("input"))
      .def("add_slice", &Network::add_slice, arg("input"), arg("start"), arg("shape"),
           arg("stride"))
      .def("add_concatenation", &Network::add_concatenation, arg("inputs"))
      .def("add_gather", &Network::add_gather, arg("input"), arg("indices"), arg("axis"))
      .def("add_gather_v2", &Network::add_gather_v2, arg("input"), arg("indices"), arg("mode"))
      .def("add_scatter", &Network::add_scatter, arg("data"), arg("indices"), arg("updates"),
           arg("mode"))
      .def("add_shape", &Network::add_shape, arg("input"))
      .def("add_squeeze", &Network::add_squeeze, arg("input"), arg("axes"))
      .def("add_unsqueeze", &Network::add_unsqueeze, arg("input"), arg("axes"))
      .def("add_padding_nd", &Network::add_padding_nd, arg("input"), arg("pre_padding"),
           arg("post_padding"))
      .def("add_resize", &Network::add_resize, arg("input"))
      .def("add_fill", &Network::add_fill, arg("shape"), arg("op"),
           arg("output_type") = DataType::Float)
      .def("add_one_hot", &Network::add_one_hot, arg("indices"), arg("values"), arg("depth"),
           arg("axis"))
      .def("add_reverse_sequence", &Network::add_reverse_sequence, arg("input"),
           arg("sequence_lens"))
      .def("add_grid_sample", &Network::add_grid_sample, arg("input"), arg("grid"));
}

void bind_selection(py::class_<Network>& cls) {
  cls.def("add_assertion", &Network::add_assertion, arg("condition"), arg("message"))
      .def("add_nms", &Network::add_nms, arg("boxes"), arg("scores"),
           arg("max_output_boxes_per_class"), arg("indices_type") = DataType::Int32)
      .def("add_non_zero", &Network::add_non_zero, arg("input"),
           arg("indices_type") = DataType::Int32);
}

void bind_attention(py::class_<Network>& cls) {
  cls.def("add_attention", &Network::add_attention, arg("query"), arg("key"), arg("value"),
          arg("norm_op"), arg("causal"))
      .def("add_rotary_embedding", &Network::add_rotary_embedding, arg("input"), arg("cos_cache"),
           arg("sin_cache"), arg("interleaved"), arg("rotary_embedding_dim"))
      .def("add_kv_cache_update", &Network::add_kv_cache_update, arg("cache"), arg("update"),
           arg("write_indices"), arg("cache_mode"))
      .def("add_moe", &Network::add_moe, arg("hidden_states"), arg("selected_experts_for_tokens"),
           arg("scores_for_selected_experts"));
}

/// Names of 8.x, which are those of today without "_nd".
void bind_old_names(py::class_<Network>& cls) {
  cls.def("add_convolution", &add_weighted<&Network::add_convolution_nd>, arg("input"),
          arg("num_output_maps"), arg("kernel_shape"), arg("kernel"), arg("bias") = py::none())
      .def("add_deconvolution", &add_weighted<&Network::add_deconvolution_nd>, arg("input"),
           arg("num_output_maps"), arg("kernel_shape"), arg("kernel"), arg("bias") = py::none())
      .def("add_pooling", &Network::add_pooling_nd, arg("input"), arg("type"), arg("window_size"))
      .def("add_padding", &Network::add_padding_nd, arg("input"), arg("pre_padding"),
           arg("post_padding"));
}

void bind_control_flow(py::class_<Network>& cls) {
  cls.def("add_loop", &Network::add_loop).def("add_if_conditional", &Network::add_if_conditional);
}

}  // namespace

void bind_layer_adders(py::class_<Network>& cls) {
  bind_arithmetic(cls);
  bind_control_flow(cls);
  bind_products_and_reductions(cls);
  bind_movement(cls);
  bind_selection(cls);
  bind_attention(cls);
  bind_old_names(cls);
  cls.def("add_node", &add_node, arg("op"), arg("inputs"), arg("attributes") = Attributes(),
          "Adds a layer by the name of its operation, with None for absent inputs.");
}

}  // namespace trtlike::bindings
