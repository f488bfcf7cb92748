// Layers that reduce, normalize or multiply.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {

void bind_reduction_layers(py::module_& m) {
  auto reduce = bind_layer<ReduceLayer>(m, "IReduceLayer");
  def_property(reduce, "op", &ReduceLayer::op, &ReduceLayer::set_op);
  def_property(reduce, "axes", &ReduceLayer::axes, &ReduceLayer::set_axes);
  def_property(reduce, "keep_dims", &ReduceLayer::keep_dims, &ReduceLayer::set_keep_dims);
  auto topk = bind_layer<TopKLayer>(m, "ITopKLayer");
  def_property(topk, "op", &TopKLayer::op, &TopKLayer::set_op);
  def_property(topk, "k", &TopKLayer::k, &TopKLayer::set_k);
  def_property(topk, "axes", &TopKLayer::axes, &TopKLayer::set_axes);
  def_property(topk, "indices_type", &TopKLayer::indices_type, &TopKLayer::set_indices_type);
  auto softmax = bind_layer<SoftMaxLayer>(m, "ISoftMaxLayer");
  def_property(softmax, "axes", &SoftMaxLayer::axes, &SoftMaxLayer::set_axes);
  auto lrn = bind_layer<LRNLayer>(m, "ILRNLayer");
  def_property(lrn, "window_size", &LRNLayer::window_size, &LRNLayer::set_window_size);
  def_property(lrn, "alpha", &LRNLayer::alpha, &LRNLayer::set_alpha);
  def_property(lrn, "beta", &LRNLayer::beta, &LRNLayer::set_beta);
  def_property(lrn, "k", &LRNLayer::k, &LRNLayer::set_k);
  auto normalization = bind_layer<NormalizationLayer>(m, "INormalizationLayer");
  def_property(normalization, "epsilon", &NormalizationLayer::epsilon,
               &NormalizationLayer::set_epsilon);
  def_property(normalization, "axes", &NormalizationLayer::axes, &NormalizationLayer::set_axes);
  def_property(normalization, "num_groups", &NormalizationLayer::num_groups,
               &NormalizationLayer::set_num_groups);
  def_property(normalization, "compute_precision", &NormalizationLayer::compute_precision,
               &NormalizationLayer::set_compute_precision);
  normalization.def_property_readonly(
      "is_v2", [](const Layer& layer) { return NormalizationLayer(layer).is_v2(); });
  bind_layer<RaggedSoftMaxLayer>(m, "IRaggedSoftMaxLayer");
  auto cumulative = bind_layer<CumulativeLayer>(m, "ICumulativeLayer");
  def_property(cumulative, "op", &CumulativeLayer::op, &CumulativeLayer::set_op);
  def_property(cumulative, "exclusive", &CumulativeLayer::exclusive,
               &CumulativeLayer::set_exclusive);
  def_property(cumulative, "reverse", &CumulativeLayer::reverse, &CumulativeLayer::set_reverse);
  auto matrix_multiply = bind_layer<MatrixMultiplyLayer>(m, "IMatrixMultiplyLayer");
  def_property(matrix_multiply, "op0", &MatrixMultiplyLayer::op0, &MatrixMultiplyLayer::set_op0);
  def_property(matrix_multiply, "op1", &MatrixMultiplyLayer::op1, &MatrixMultiplyLayer::set_op1);
  auto einsum = bind_layer<EinsumLayer>(m, "IEinsumLayer");
  def_property(einsum, "equation", &EinsumLayer::equation, &EinsumLayer::set_equation);
}

}  // namespace trtlike::bindings
