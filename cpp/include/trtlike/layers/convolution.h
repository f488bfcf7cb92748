// Layers that move a window over their input: convolutions and pooling.
#pragma once

#include "trtlike/layer.h"

namespace trtlike {

/// What all of them have: windows a stride apart over an input with padding.
class WindowLayer : public Layer {
 public:
  explicit WindowLayer(const Layer& layer) : Layer(layer) {}
  Dims stride_nd() const;
  void set_stride_nd(const Dims& stride_nd);
  Dims pre_padding() const;
  void set_pre_padding(const Dims& pre_padding);
  Dims post_padding() const;
  void set_post_padding(const Dims& post_padding);
  /// pre_padding; setting it sets post_padding too.
  Dims padding_nd() const;
  void set_padding_nd(const Dims& padding_nd);
  PaddingMode padding_mode() const;
  void set_padding_mode(PaddingMode padding_mode);
};

/// What convolutions and deconvolutions have.
class KernelLayer : public WindowLayer {
 public:
  explicit KernelLayer(const Layer& layer) : WindowLayer(layer) {}
  int64_t num_output_maps() const;
  void set_num_output_maps(int64_t num_output_maps);
  int64_t num_groups() const;
  void set_num_groups(int64_t num_groups);
  Dims kernel_size_nd() const;
  void set_kernel_size_nd(const Dims& kernel_size_nd);
  Dims dilation_nd() const;
  void set_dilation_nd(const Dims& dilation_nd);
  /// No elements where it is input 1. A new one's extents follow from its element count.
  Weights kernel() const;
  void set_kernel(const Weights& kernel);
  /// No elements where there is none.
  Weights bias() const;
  void set_bias(const Weights& bias);
};

/// Sums of products with a kernel [maps, channels / groups, window...].
class ConvolutionLayer : public TypedLayer<LayerType::Convolution, KernelLayer> {
 public:
  using TypedLayer::TypedLayer;
};

/// The transposed convolution, with a kernel [channels, maps / groups, window...].
class DeconvolutionLayer : public TypedLayer<LayerType::Deconvolution, KernelLayer> {
 public:
  using TypedLayer::TypedLayer;
};

/// The maximum or the mean of each window.
class PoolingLayer : public TypedLayer<LayerType::Pooling, WindowLayer> {
 public:
  using TypedLayer::TypedLayer;
  /// Hides Layer::type.
  PoolingType type() const;
  void set_type(PoolingType type);
  Dims window_size_nd() const;
  void set_window_size_nd(const Dims& window_size_nd);
  /// The mean's share where the type is MaxAverageBlend.
  double blend_factor() const;
  void set_blend_factor(double blend_factor);
  bool average_count_excludes_padding() const;
  void set_average_count_excludes_padding(bool average_count_excludes_padding);
};

}  // namespace trtlike
