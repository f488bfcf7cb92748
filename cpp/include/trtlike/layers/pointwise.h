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

/// Numbers in steps of a scale, as integers.
class QuantizeLayer : public TypedLayer<LayerType::Quantize> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axis() const;
  void set_axis(int64_t axis);
  DataType to_type() const;
  void set_to_type(DataType to_type);
};

/// Integers times a scale.
class DequantizeLayer : public TypedLayer<LayerType::Dequantize> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axis() const;
  void set_axis(int64_t axis);
  DataType to_type() const;
  void set_to_type(DataType to_type);
};

}  // namespace trtlike
