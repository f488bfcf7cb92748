// Reductions, normalizations and products.
#include "trtlike/layers/reduction.h"

#include <algorithm>

#include "ir/layers/properties.h"
#include "trtlike/network.h"

namespace trtlike {

ReduceOperation ReduceLayer::op() const { return get_enum<ReduceOperation>(*this, "op"); }
void ReduceLayer::set_op(ReduceOperation op) { set_attribute("op", enum_number(op)); }
int64_t ReduceLayer::axes() const { return get<int64_t>(*this, "axes"); }
void ReduceLayer::set_axes(int64_t axes) { set_attribute("axes", axes); }
bool ReduceLayer::keep_dims() const { return get<bool>(*this, "keep_dims"); }
void ReduceLayer::set_keep_dims(bool keep_dims) { set_attribute("keep_dims", keep_dims); }

TopKOperation TopKLayer::op() const { return get_enum<TopKOperation>(*this, "op"); }
void TopKLayer::set_op(TopKOperation op) { set_attribute("op", enum_number(op)); }
int64_t TopKLayer::k() const { return get<int64_t>(*this, "k"); }
void TopKLayer::set_k(int64_t k) { set_attribute("k", k); }
int64_t TopKLayer::axes() const { return get<int64_t>(*this, "axes"); }
void TopKLayer::set_axes(int64_t axes) { set_attribute("axes", axes); }
DataType TopKLayer::indices_type() const { return get_enum<DataType>(*this, "indices_type"); }
void TopKLayer::set_indices_type(DataType indices_type) {
  set_attribute("indices_type", enum_number(indices_type));
}

int64_t SoftMaxLayer::axes() const { return get<int64_t>(*this, "axes"); }
void SoftMaxLayer::set_axes(int64_t axes) { set_attribute("axes", axes); }

int64_t LRNLayer::window_size() const { return get<int64_t>(*this, "window_size"); }
void LRNLayer::set_window_size(int64_t window_size) { set_attribute("window_size", window_size); }
double LRNLayer::alpha() const { return get<double>(*this, "alpha"); }
void LRNLayer::set_alpha(double alpha) { set_attribute("alpha", alpha); }
double LRNLayer::beta() const { return get<double>(*this, "beta"); }
void LRNLayer::set_beta(double beta) { set_attribute("beta", beta); }
double LRNLayer::k() const { return get<double>(*this, "k"); }
void LRNLayer::set_k(double k) { set_attribute("k", k); }

double NormalizationLayer::epsilon() const { return get<double>(*this, "epsilon"); }
void NormalizationLayer::set_epsilon(double epsilon) { set_attribute("epsilon", epsilon); }
int64_t NormalizationLayer::axes() const { return get<int64_t>(*this, "axes"); }
void NormalizationLayer::set_axes(int64_t axes) { set_attribute("axes", axes); }
int64_t NormalizationLayer::num_groups() const { return get<int64_t>(*this, "num_groups"); }
void NormalizationLayer::set_num_groups(int64_t num_groups) {
  set_attribute("num_groups", num_groups);
}
DataType NormalizationLayer::compute_precision() const {
  return get_enum<DataType>(*this, "compute_precision");
}
void NormalizationLayer::set_compute_precision(DataType compute_precision) {
  set_attribute("compute_precision", enum_number(compute_precision));
}

bool NormalizationLayer::is_v2() const { return get<bool>(*this, "is_v2"); }

CumulativeOperation CumulativeLayer::op() const {
  return get_enum<CumulativeOperation>(*this, "op");
}
void CumulativeLayer::set_op(CumulativeOperation op) { set_attribute("op", enum_number(op)); }
bool CumulativeLayer::exclusive() const { return get<bool>(*this, "exclusive"); }
void CumulativeLayer::set_exclusive(bool exclusive) { set_attribute("exclusive", exclusive); }
bool CumulativeLayer::reverse() const { return get<bool>(*this, "reverse"); }
void CumulativeLayer::set_reverse(bool reverse) { set_attribute("reverse", reverse); }

MatrixOperation MatrixMultiplyLayer::op0() const { return get_enum<MatrixOperation>(*this, "op0"); }
void MatrixMultiplyLayer::set_op0(MatrixOperation op0) { set_attribute("op0", enum_number(op0)); }
MatrixOperation MatrixMultiplyLayer::op1() const { return get_enum<MatrixOperation>(*this, "op1"); }
void MatrixMultiplyLayer::set_op1(MatrixOperation op1) { set_attribute("op1", enum_number(op1)); }

std::string EinsumLayer::equation() const { return get<std::string>(*this, "equation"); }
void EinsumLayer::set_equation(const std::string& equation) { set_attribute("equation", equation); }

ReduceLayer Network::add_reduce(const Tensor& input, ReduceOperation op, int64_t axes,
                                bool keep_dims) {
  return ReduceLayer(add_layer(
      "Reduce", {input}, {{"op", enum_number(op)}, {"axes", axes}, {"keep_dims", keep_dims}}));
}

TopKLayer Network::add_topk(const Tensor& input, TopKOperation op, int64_t k, int64_t axes,
                            DataType indices_type) {
  return TopKLayer(add_layer("TopK", {input},
                             {{"op", enum_number(op)},
                              {"k", k},
                              {"axes", axes},
                              {"indices_type", enum_number(indices_type)}}));
}

SoftMaxLayer Network::add_softmax(const Tensor& input) {
  const int axis = std::max(0, input.shape().rank() - 3);
  return SoftMaxLayer(add_layer("Softmax", {input}, {{"axes", int64_t{1} << axis}}));
}

LRNLayer Network::add_lrn(const Tensor& input, int64_t window, double alpha, double beta,
                          double k) {
  return LRNLayer(add_layer("LRN", {input},
                            {{"window_size", window}, {"alpha", alpha}, {"beta", beta}, {"k", k}}));
}

NormalizationLayer Network::add_normalization(const Tensor& input, const Tensor& scale,
                                              const Tensor& bias, int64_t axes_mask) {
  return NormalizationLayer(
      add_layer("Normalization", {input, scale, bias}, {{"axes", axes_mask}}));
}

NormalizationLayer Network::add_normalization_v2(const Tensor& input, const Tensor& scale,
                                                 const Tensor& bias, int64_t axes_mask) {
  return NormalizationLayer(
      add_layer("Normalization", {input, scale, bias}, {{"axes", axes_mask}, {"is_v2", true}}));
}

RaggedSoftMaxLayer Network::add_ragged_softmax(const Tensor& input, const Tensor& bounds) {
  return RaggedSoftMaxLayer(add_layer("RaggedSoftMax", {input, bounds}));
}

CumulativeLayer Network::add_cumulative(const Tensor& input, const Tensor& axis,
                                        CumulativeOperation op, bool exclusive, bool reverse) {
  return CumulativeLayer(
      add_layer("Cumulative", {input, axis},
                {{"op", enum_number(op)}, {"exclusive", exclusive}, {"reverse", reverse}}));
}

MatrixMultiplyLayer Network::add_matrix_multiply(const Tensor& input0, MatrixOperation op0,
                                                 const Tensor& input1, MatrixOperation op1) {
  return MatrixMultiplyLayer(add_layer("MatrixMultiply", {input0, input1},
                                       {{"op0", enum_number(op0)}, {"op1", enum_number(op1)}}));
}

EinsumLayer Network::add_einsum(const std::vector<Tensor>& inputs, const std::string& equation) {
  return EinsumLayer(add_layer("Einsum", inputs, {{"equation", equation}}));
}

}  // namespace trtlike
