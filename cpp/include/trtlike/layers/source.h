// Layers that have no input to compute on.
#pragma once

#include "trtlike/layer.h"

namespace trtlike {

/// Elements that the network holds.
class ConstantLayer : public TypedLayer<LayerType::Constant> {
 public:
  using TypedLayer::TypedLayer;
  Weights weights() const;
  /// Of the output; fixed when the layer is added: setting it throws UserError.
  Dims shape() const;
  void set_shape(const Dims& shape);
};

/// One value, or one that grows by a step along each axis.
class FillLayer : public TypedLayer<LayerType::Fill> {
 public:
  using TypedLayer::TypedLayer;
  Dims shape() const;
  void set_shape(const Dims& shape);
  FillOperation operation() const;
  void set_operation(FillOperation operation);
  /// The first element; the least random number, or their mean.
  double alpha() const;
  void set_alpha(double alpha);
  /// The step; the bound above random numbers, or their standard deviation. 0, for random numbers
  /// 1, as a layer is added.
  double beta() const;
  void set_beta(double beta);
  DataType to_type() const;
  void set_to_type(DataType to_type);
};

}  // namespace trtlike
