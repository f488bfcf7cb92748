// Layers that reduce, normalize or multiply along axes. Sets of axes are bit masks.
#pragma once

#include <string>

#include "trtlike/layer.h"

namespace trtlike {

/// A sum, product, maximum, minimum or mean over axes.
class ReduceLayer : public TypedLayer<LayerType::Reduce> {
 public:
  using TypedLayer::TypedLayer;
  ReduceOperation op() const;
  void set_op(ReduceOperation op);
  int64_t axes() const;
  void set_axes(int64_t axes);
  bool keep_dims() const;
  void set_keep_dims(bool keep_dims);
};

/// The k largest or smallest elements along an axis, and their indices.
class TopKLayer : public TypedLayer<LayerType::TopK> {
 public:
  using TypedLayer::TypedLayer;
  TopKOperation op() const;
  void set_op(TopKOperation op);
  int64_t k() const;
  void set_k(int64_t k);
  int64_t axes() const;
  void set_axes(int64_t axes);
  DataType indices_type() const;
  void set_indices_type(DataType indices_type);
};

/// exp(x) over its sum along one axis.
class SoftMaxLayer : public TypedLayer<LayerType::SoftMax> {
 public:
  using TypedLayer::TypedLayer;
  int64_t axes() const;
  void set_axes(int64_t axes);
};

/// Softmax of the first elements of each sequence [.., sequences, length], as many as bounds
/// [.., sequences, 1] say; 0 behind them.
class RaggedSoftMaxLayer : public TypedLayer<LayerType::RaggedSoftMax> {
 public:
  using TypedLayer::TypedLayer;
};

/// Local response normalization across channels.
class LRNLayer : public TypedLayer<LayerType::LRN> {
 public:
  using TypedLayer::TypedLayer;
  int64_t window_size() const;
  void set_window_size(int64_t window_size);
  double alpha() const;
  void set_alpha(double alpha);
  double beta() const;
  void set_beta(double beta);
  double k() const;
  void set_k(double k);
};

/// Zero mean and unit variance over axes, then scale and bias.
class NormalizationLayer : public TypedLayer<LayerType::Normalization> {
 public:
  using TypedLayer::TypedLayer;
  double epsilon() const;
  void set_epsilon(double epsilon);
  int64_t axes() const;
  void set_axes(int64_t axes);
  int64_t num_groups() const;
  void set_num_groups(int64_t num_groups);
  DataType compute_precision() const;
  void set_compute_precision(DataType compute_precision);
  /// True where add_normalization_v2 made it.
  bool is_v2() const;
};

/// Sums of all elements before, along an axis.
class CumulativeLayer : public TypedLayer<LayerType::Cumulative> {
 public:
  using TypedLayer::TypedLayer;
  CumulativeOperation op() const;
  void set_op(CumulativeOperation op);
  bool exclusive() const;
  void set_exclusive(bool exclusive);
  bool reverse() const;
  void set_reverse(bool reverse);
};

/// Products of matrices; extents before the last two are repeated.
class MatrixMultiplyLayer : public TypedLayer<LayerType::MatrixMultiply> {
 public:
  using TypedLayer::TypedLayer;
  MatrixOperation op0() const;
  void set_op0(MatrixOperation op0);
  MatrixOperation op1() const;
  void set_op1(MatrixOperation op1);
};

/// Sums of products as an equation of subscripts says.
class EinsumLayer : public TypedLayer<LayerType::Einsum> {
 public:
  using TypedLayer::TypedLayer;
  std::string equation() const;
  void set_equation(const std::string& equation);
};

}  // namespace trtlike
