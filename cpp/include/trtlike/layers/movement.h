// Layers that move elements.
#pragma once

#include <vector>

#include "trtlike/layer.h"

namespace trtlike {

/// The order of axes of a shuffle's transposes: output axis i is input axis order[i].
class Permutation : public Dims {
 public:
  using Dims::Dims;
};

/// A transpose, then a reshape, then another transpose.
class ShuffleLayer : public TypedLayer<LayerType::Shuffle> {
 public:
  using TypedLayer::TypedLayer;
  Permutation first_transpose() const;
  void set_first_transpose(const Permutation& first_transpose);
  /// 0 keeps the input's extent, -1 is what remains.
  Dims reshape_dims() const;
  void set_reshape_dims(const Dims& reshape_dims);
  Permutation second_transpose() const;
  void set_second_transpose(const Permutation& second_transpose);
  bool zero_is_placeholder() const;
  void set_zero_is_placeholder(bool zero_is_placeholder);
};

/// A range with a stride on each axis.
class SliceLayer : public TypedLayer<LayerType::Slice> {
 public:
  using TypedLayer::TypedLayer;
  Dims start() const;
  void set_start(const Dims& start);
  Dims shape() const;
  void set_shape(const Dims& shape);
  Dims stride() const;
  void set_stride(const Dims& stride);
  Dims axes() const;
  void set_axes(const Dims& axes);
  SampleMode mode() const;
  void set_mode(SampleMode mode);
};

/// Tensors one after another along an axis.
class ConcatenationLayer : public TypedLayer<LayerType::Concatenation> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axis() const;
  void set_axis(int64_t axis);
};

/// Elements or slices by their indices.
class GatherLayer : public TypedLayer<LayerType::Gather> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axis() const;
  void set_axis(int64_t axis);
  int64_t num_elementwise_dims() const;
  void set_num_elementwise_dims(int64_t num_elementwise_dims);
  GatherMode mode() const;
  void set_mode(GatherMode mode);
};

/// A tensor with elements replaced at indices.
class ScatterLayer : public TypedLayer<LayerType::Scatter> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axis() const;
  void set_axis(int64_t axis);
  ScatterMode mode() const;
  void set_mode(ScatterMode mode);
};

/// The extents of a tensor.
class ShapeLayer : public TypedLayer<LayerType::Shape> {
 public:
  using TypedLayer::TypedLayer;
};

/// Without some extents of 1.
class SqueezeLayer : public TypedLayer<LayerType::Squeeze> {
 public:
  using TypedLayer::TypedLayer;
};

/// With further extents of 1.
class UnsqueezeLayer : public TypedLayer<LayerType::Unsqueeze> {
 public:
  using TypedLayer::TypedLayer;
};

/// Zeros before and after the last two axes; less than 0 cuts off.
class PaddingLayer : public TypedLayer<LayerType::Padding> {
 public:
  using TypedLayer::TypedLayer;
  Dims pre_padding_nd() const;
  void set_pre_padding_nd(const Dims& pre_padding_nd);
  Dims post_padding_nd() const;
  void set_post_padding_nd(const Dims& post_padding_nd);
};

/// Other extents by interpolation.
class ResizeLayer : public TypedLayer<LayerType::Resize> {
 public:
  using TypedLayer::TypedLayer;
  Dims shape() const;
  void set_shape(const Dims& shape);
  std::vector<double> scales() const;
  void set_scales(const std::vector<double>& scales);
  InterpolationMode resize_mode() const;
  void set_resize_mode(InterpolationMode resize_mode);
  ResizeCoordinateTransformation coordinate_transformation() const;
  void set_coordinate_transformation(ResizeCoordinateTransformation coordinate_transformation);
  ResizeSelector selector_for_single_pixel() const;
  void set_selector_for_single_pixel(ResizeSelector selector_for_single_pixel);
  ResizeRoundMode nearest_rounding() const;
  void set_nearest_rounding(ResizeRoundMode nearest_rounding);
  bool exclude_outside() const;
  void set_exclude_outside(bool exclude_outside);
  double cubic_coeff() const;
  void set_cubic_coeff(double cubic_coeff);
};

/// One value at an index, another elsewhere.
class OneHotLayer : public TypedLayer<LayerType::OneHot> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axis() const;
  void set_axis(int64_t axis);
};

/// The first elements of each sequence in reverse order.
class ReverseSequenceLayer : public TypedLayer<LayerType::ReverseSequence> {
 public:
  using TypedLayer::TypedLayer;
  int64_t batch_axis() const;
  void set_batch_axis(int64_t batch_axis);
  int64_t sequence_axis() const;
  void set_sequence_axis(int64_t sequence_axis);
};

/// Interpolated elements at the positions of a grid.
class GridSampleLayer : public TypedLayer<LayerType::GridSample> {
 public:
  using TypedLayer::TypedLayer;
  InterpolationMode interpolation_mode() const;
  void set_interpolation_mode(InterpolationMode interpolation_mode);
  bool align_corners() const;
  void set_align_corners(bool align_corners);
  SampleMode sample_mode() const;
  void set_sample_mode(SampleMode sample_mode);
};

}  // namespace trtlike
