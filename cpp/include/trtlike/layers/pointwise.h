// Layers that compute each element by itself.
#pragma once

#include "trtlike/layer.h"

namespace trtlike {

/// One function of each element.
class ActivationLayer : public TypedLayer<LayerType::Activation> {
 public:
  using TypedLayer::TypedLayer;
  /// Hides Layer::type.
  ActivationType type() const;
  void set_type(ActivationType type);
  double alpha() const;
  void set_alpha(double alpha);
  double beta() const;
  void set_beta(double beta);
};

/// One function of two elements; extents of 1 are repeated.
class ElementWiseLayer : public TypedLayer<LayerType::ElementWise> {
 public:
  using TypedLayer::TypedLayer;
  ElementWiseOperation op() const;
  void set_op(ElementWiseOperation op);
};

/// One mathematical function of each element.
class UnaryLayer : public TypedLayer<LayerType::Unary> {
 public:
  using TypedLayer::TypedLayer;
  UnaryOperation op() const;
  void set_op(UnaryOperation op);
};

/// The same elements in another type.
class CastLayer : public TypedLayer<LayerType::Cast> {
 public:
  using TypedLayer::TypedLayer;
  DataType to_type() const;
  void set_to_type(DataType to_type);
};

/// The input itself.
class IdentityLayer : public TypedLayer<LayerType::Identity> {
 public:
  using TypedLayer::TypedLayer;
};

/// Elements of one input or the other, as a condition says.
class SelectLayer : public TypedLayer<LayerType::Select> {
 public:
  using TypedLayer::TypedLayer;
};

/// x where it is positive, elsewhere x times a slope.
class ParametricReLULayer : public TypedLayer<LayerType::ParametricReLU> {
 public:
  using TypedLayer::TypedLayer;
};

/// (x scale + shift) ^ power, with factors for all, a channel or an element.
class ScaleLayer : public TypedLayer<LayerType::Scale> {
 public:
  using TypedLayer::TypedLayer;
  ScaleMode mode() const;
  void set_mode(ScaleMode mode);
  int64_t channel_axis() const;
  void set_channel_axis(int64_t channel_axis);
  Weights shift() const;
  void set_shift(const Weights& shift);
  Weights scale() const;
  void set_scale(const Weights& scale);
  Weights power() const;
  void set_power(const Weights& power);
};

/// Numbers in steps of a scale, as integers. Scales are one, one for each index of the axis, or
/// one a block.
class QuantizeLayer : public TypedLayer<LayerType::Quantize> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axis() const;
  void set_axis(int64_t axis);
  /// Extents of a block, one for each axis of the input, as those of the scales say; empty: not
  /// said.
  Dims block_shape() const;
  void set_block_shape(const Dims& block_shape);
  DataType to_type() const;
  void set_to_type(DataType to_type);
};

/// Integers times a scale.
class DequantizeLayer : public TypedLayer<LayerType::Dequantize> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axis() const;
  void set_axis(int64_t axis);
  /// As a QuantizeLayer's.
  Dims block_shape() const;
  void set_block_shape(const Dims& block_shape);
  DataType to_type() const;
  void set_to_type(DataType to_type);
};

/// Numbers in steps of scales that each run finds, one a block, and those scales. Input 1, by
/// set_input, is one number that the scales are steps of.
class DynamicQuantizeLayer : public TypedLayer<LayerType::DynamicQuantize> {
 public:
  using TypedLayer::TypedLayer;
  /// The axis that is cut into blocks of block_size, one of the last two, where there is no
  /// block_shape.
  int64_t axis() const;
  void set_axis(int64_t axis);
  int64_t block_size() const;
  void set_block_size(int64_t block_size);
  /// Extents of a block, one for each axis, -1 for all of it; empty: axis and block_size say.
  Dims block_shape() const;
  void set_block_shape(const Dims& block_shape);
  /// FP4, FP8 or INT8.
  DataType to_type() const;
  void set_to_type(DataType to_type);
  /// FP8, E8M0 (powers of two, upwards) or FLOAT.
  DataType scale_type() const;
  void set_scale_type(DataType scale_type);
};

}  // namespace trtlike
