// Convolutions, deconvolutions and pooling.
#include "trtlike/layers/convolution.h"

#include "core/check.h"
#include "core/shape.h"
#include "ir/layers/properties.h"
#include "trtlike/network.h"

namespace trtlike {
namespace {

/// Elements of a window of one feature map times `maps`.
int64_t window_elems(const char* op, int64_t maps, const Dims& window) {
  TRTLIKE_CHECK(maps >= 1, "[network] ", op, ", feature maps: expected at least 1, got ", maps,
                ".");
  int64_t n = maps;
  for (const int64_t extent : window)
    TRTLIKE_CHECK(extent >= 1 && !__builtin_mul_overflow(n, extent, &n), "[network] ", op,
                  ", kernel_shape: expected extents of at least 1 that fit a kernel, got ", window,
                  ".");
  return n;
}

int64_t channels_of(const Tensor& input) { return input.shape().rank() > 1 ? input.shape()[1] : 1; }

/// The extents of a kernel follow from its element count.
Dims kernel_dims(const char* op, bool is_deconvolution, const Tensor& input, int64_t maps,
                 const Dims& window, const Weights& kernel) {
  const int64_t own = is_deconvolution ? channels_of(input) : maps;
  const int64_t share = window_elems(op, own, window);
  const int64_t each = kernel.count / share;
  TRTLIKE_CHECK(each > 0 && each * share == kernel.count, "[network] ", op,
                ", kernel: expected a multiple of ", share, " elements, got ", kernel.count, ".");
  Dims dims{own, each};
  for (const int64_t extent : window) dims.push_back(extent);
  return dims;
}

}  // namespace

Dims WindowLayer::stride_nd() const { return get_dims(*this, "stride"); }
void WindowLayer::set_stride_nd(const Dims& stride_nd) { set_dims(*this, "stride", stride_nd); }
Dims WindowLayer::pre_padding() const { return get_dims(*this, "pre_padding"); }
void WindowLayer::set_pre_padding(const Dims& pre_padding) {
  set_dims(*this, "pre_padding", pre_padding);
}
Dims WindowLayer::post_padding() const { return get_dims(*this, "post_padding"); }
void WindowLayer::set_post_padding(const Dims& post_padding) {
  set_dims(*this, "post_padding", post_padding);
}
Dims WindowLayer::padding_nd() const { return pre_padding(); }
void WindowLayer::set_padding_nd(const Dims& padding_nd) {
  set_pre_padding(padding_nd);
  set_post_padding(padding_nd);
}
PaddingMode WindowLayer::padding_mode() const {
  return get_enum<PaddingMode>(*this, "padding_mode");
}
void WindowLayer::set_padding_mode(PaddingMode padding_mode) {
  set_attribute("padding_mode", enum_number(padding_mode));
}

int64_t KernelLayer::num_output_maps() const { return get<int64_t>(*this, "num_output_maps"); }
void KernelLayer::set_num_output_maps(int64_t num_output_maps) {
  set_attribute("num_output_maps", num_output_maps);
}
int64_t KernelLayer::num_groups() const { return get<int64_t>(*this, "num_groups"); }
void KernelLayer::set_num_groups(int64_t num_groups) { set_attribute("num_groups", num_groups); }
Dims KernelLayer::kernel_size_nd() const { return get_dims(*this, "kernel_size"); }
void KernelLayer::set_kernel_size_nd(const Dims& kernel_size_nd) {
  set_dims(*this, "kernel_size", kernel_size_nd);
}
Dims KernelLayer::dilation_nd() const { return get_dims(*this, "dilation"); }
void KernelLayer::set_dilation_nd(const Dims& dilation_nd) {
  set_dims(*this, "dilation", dilation_nd);
}
Weights KernelLayer::kernel() const { return constant_input(1); }
void KernelLayer::set_kernel(const Weights& kernel) {
  const std::string op(op_name());
  const bool is_deconvolution = type() == LayerType::Deconvolution;
  set_constant_input(1,
                     kernel_dims(op.c_str(), is_deconvolution, input(0), num_output_maps(),
                                 kernel_size_nd(), kernel),
                     kernel);
}
Weights KernelLayer::bias() const { return constant_input(2); }
void KernelLayer::set_bias(const Weights& bias) {
  set_constant_input(2, Dims{num_output_maps()}, bias);
}

PoolingType PoolingLayer::type() const { return get_enum<PoolingType>(*this, "type"); }
void PoolingLayer::set_type(PoolingType type) { set_attribute("type", enum_number(type)); }
Dims PoolingLayer::window_size_nd() const { return get_dims(*this, "window_size"); }
void PoolingLayer::set_window_size_nd(const Dims& window_size_nd) {
  set_dims(*this, "window_size", window_size_nd);
}
double PoolingLayer::blend_factor() const { return get<double>(*this, "blend_factor"); }
void PoolingLayer::set_blend_factor(double blend_factor) {
  set_attribute("blend_factor", blend_factor);
}
bool PoolingLayer::average_count_excludes_padding() const {
  return get<bool>(*this, "average_count_excludes_padding");
}
void PoolingLayer::set_average_count_excludes_padding(bool average_count_excludes_padding) {
  set_attribute("average_count_excludes_padding", average_count_excludes_padding);
}

namespace {

std::map<std::string, AttributeValue> window_attributes(const char* size_name, const Dims& size) {
  const auto rank = static_cast<size_t>(size.rank());
  return {{size_name, to_list(size)},
          {"stride", std::vector<int64_t>(rank, 1)},
          {"pre_padding", std::vector<int64_t>(rank, 0)},
          {"post_padding", std::vector<int64_t>(rank, 0)}};
}

/// The number of groups follows from the kernel's elements, and may be set later. Without elements
/// the kernel is to come as input 1.
Layer add_weighted(Network& network, const char* op, bool is_deconvolution, const Tensor& input,
                   int64_t maps, const Dims& window, const Weights& kernel, const Weights& bias) {
  window_elems(op, maps, window);
  auto attributes = window_attributes("kernel_size", window);
  attributes["num_output_maps"] = maps;
  attributes["dilation"] = std::vector<int64_t>(static_cast<size_t>(window.rank()), 1);
  attributes["num_groups"] = int64_t{1};
  Dims dims;
  if (kernel.count > 0) {
    dims = kernel_dims(op, is_deconvolution, input, maps, window, kernel);
    const int64_t groups = (is_deconvolution ? maps : channels_of(input)) / dims[1];
    attributes["num_groups"] = std::max<int64_t>(groups, 1);
  }
  Layer layer = network.add_layer(op, {input}, attributes);
  if (kernel.count > 0) layer.set_constant_input(1, dims, kernel);
  if (bias.count > 0) layer.set_constant_input(2, Dims{maps}, bias);
  return layer;
}

}  // namespace

ConvolutionLayer Network::add_convolution_nd(const Tensor& input, int64_t num_output_maps,
                                             const Dims& kernel_shape, const Weights& kernel,
                                             const Weights& bias) {
  return ConvolutionLayer(add_weighted(*this, "Convolution", false, input, num_output_maps,
                                       kernel_shape, kernel, bias));
}

DeconvolutionLayer Network::add_deconvolution_nd(const Tensor& input, int64_t num_output_maps,
                                                 const Dims& kernel_shape, const Weights& kernel,
                                                 const Weights& bias) {
  return DeconvolutionLayer(add_weighted(*this, "Deconvolution", true, input, num_output_maps,
                                         kernel_shape, kernel, bias));
}

PoolingLayer Network::add_pooling_nd(const Tensor& input, PoolingType type,
                                     const Dims& window_size) {
  auto attributes = window_attributes("window_size", window_size);
  attributes["type"] = enum_number(type);
  return PoolingLayer(add_layer("Pooling", {input}, attributes));
}

}  // namespace trtlike
