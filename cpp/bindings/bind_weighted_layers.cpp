// Layers with kernels and biases: convolutions, constants, scales.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

template <int N>
void bind_convolution(py::module_& m, const char* name) {
  LayerClass<N> cls = make_layer_class<N>(m, name);
  def_int(cls, "num_output_maps");
  def_int(cls, "num_groups");
  def_dims(cls, "kernel_size_nd", "kernel_size");
  def_dims(cls, "stride_nd", "stride");
  def_dims(cls, "dilation_nd", "dilation");
  def_dims(cls, "pre_padding", "pre_padding");
  def_dims(cls, "post_padding", "post_padding");
  cls.def_property(
      "padding_nd", [](const Layer& l) { return dims_attribute(l, "pre_padding"); },
      [](Layer& l, const Dims& d) {
        set_dims_attribute(l, "pre_padding", d);
        set_dims_attribute(l, "post_padding", d);
      });
  def_enum<PaddingMode>(cls, "padding_mode", "padding_mode");
  def_weights(cls, "kernel", 1);
  def_weights(cls, "bias", 2);
}

void set_constant_shape(Layer&, const Dims&) {
  throw py::value_error(
      "[network] constant: its shape is fixed when it is added. Add another constant.");
}

}  // namespace

void bind_weighted_layers(py::module_& m) {
  bind_convolution<0>(m, "IConvolutionLayer");
  bind_convolution<7>(m, "IDeconvolutionLayer");
  auto constant = make_layer_class<19>(m, "IConstantLayer");
  constant.def_property_readonly("weights", [](const Layer& l) { return l.constant_input(0); })
      .def_property(
          "shape", [](const Layer& l) { return l.output(0).shape(); }, &set_constant_shape);
  auto scale = make_layer_class<5>(m, "IScaleLayer");
  def_enum<ScaleMode>(scale, "mode", "mode");
  def_int(scale, "channel_axis");
  def_weights(scale, "shift", 1);
  def_weights(scale, "scale", 2);
  def_weights(scale, "power", 3);
}

}  // namespace trtlike::bindings
