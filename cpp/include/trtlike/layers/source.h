// Layers that have no input to compute on.
#pragma once

#include "trtlike/layer.h"

namespace trtlike {

/// Elements that the network holds.
class ConstantLayer : public TypedLayer<LayerType::Constant> {
 public:
  using TypedLayer::TypedLayer;
  Weights weights() const;
  /// Of another number of elements, the shape becomes that of a list until it is set.
  void set_weights(const Weights& weights);
  /// A new one has as many elements.
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
  /// The step; the bound above random numbers, or their standard deviation. 1 as a layer is added.
  double beta() const;
  void set_beta(double beta);
  /// True where the two were last set as integers, which keep all of their 64 bits.
  bool is_alpha_beta_int64() const;
  int64_t alpha_int64() const;
  void set_alpha_int64(int64_t alpha);
  int64_t beta_int64() const;
  void set_beta_int64(int64_t beta);
  DataType to_type() const;
  void set_to_type(DataType to_type);
};

}  // namespace trtlike
