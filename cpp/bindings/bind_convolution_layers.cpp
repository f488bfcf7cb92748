// Layers that move a window over their input.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

template <typename L>
LayerClass<L> bind_window_layer(py::module_& m, const char* name) {
  LayerClass<L> cls = bind_layer<L>(m, name);
  def_property(cls, "stride_nd", &L::stride_nd, &L::set_stride_nd);
  def_property(cls, "pre_padding", &L::pre_padding, &L::set_pre_padding);
  def_property(cls, "post_padding", &L::post_padding, &L::set_post_padding);
  def_property(cls, "padding_nd", &L::padding_nd, &L::set_padding_nd);
  def_property(cls, "padding_mode", &L::padding_mode, &L::set_padding_mode);
  def_hw_property(cls, "stride", &L::stride_nd, &L::set_stride_nd);
  def_hw_property(cls, "padding", &L::padding_nd, &L::set_padding_nd);
  return cls;
}

template <typename L>
void bind_kernel_layer(py::module_& m, const char* name) {
  LayerClass<L> cls = bind_window_layer<L>(m, name);
  def_property(cls, "num_output_maps", &L::num_output_maps, &L::set_num_output_maps);
  def_property(cls, "num_groups", &L::num_groups, &L::set_num_groups);
  def_property(cls, "kernel_size_nd", &L::kernel_size_nd, &L::set_kernel_size_nd);
  def_property(cls, "dilation_nd", &L::dilation_nd, &L::set_dilation_nd);
  def_hw_property(cls, "kernel_size", &L::kernel_size_nd, &L::set_kernel_size_nd);
  if (L::kType == LayerType::Convolution)
    def_hw_property(cls, "dilation", &L::dilation_nd, &L::set_dilation_nd);
  def_property(cls, "kernel", &L::kernel, &L::set_kernel);
  def_property(cls, "bias", &L::bias, &L::set_bias);
}

}  // namespace

void bind_convolution_layers(py::module_& m) {
  bind_kernel_layer<ConvolutionLayer>(m, "IConvolutionLayer");
  bind_kernel_layer<DeconvolutionLayer>(m, "IDeconvolutionLayer");
  auto pooling = bind_window_layer<PoolingLayer>(m, "IPoolingLayer");
  def_property(pooling, "type", &PoolingLayer::type, &PoolingLayer::set_type);
  def_property(pooling, "window_size_nd", &PoolingLayer::window_size_nd,
               &PoolingLayer::set_window_size_nd);
  def_hw_property(pooling, "window_size", &PoolingLayer::window_size_nd,
                  &PoolingLayer::set_window_size_nd);
  def_property(pooling, "blend_factor", &PoolingLayer::blend_factor,
               &PoolingLayer::set_blend_factor);
  def_property(pooling, "average_count_excludes_padding",
               &PoolingLayer::average_count_excludes_padding,
               &PoolingLayer::set_average_count_excludes_padding);
}

}  // namespace trtlike::bindings
