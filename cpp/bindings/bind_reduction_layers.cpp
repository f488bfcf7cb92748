// Layers that reduce, normalise or multiply.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

void bind_pooling(py::module_& m) {
  auto cls = make_layer_class<3>(m, "IPoolingLayer");
  def_enum<PoolingType>(cls, "type", "type");
  def_dims(cls, "window_size_nd", "window_size");
  def_dims(cls, "stride_nd", "stride");
  def_dims(cls, "pre_padding", "pre_padding");
  def_dims(cls, "post_padding", "post_padding");
  cls.def_property(
      "padding_nd", [](const Layer& l) { return dims_attribute(l, "pre_padding"); },
      [](Layer& l, const Dims& d) {
        set_dims_attribute(l, "pre_padding", d);
        set_dims_attribute(l, "post_padding", d);
      });
  def_enum<PaddingMode>(cls, "padding_mode", "padding_mode");
  def_float(cls, "blend_factor");
  def_bool(cls, "average_count_excludes_padding");
}

}  // namespace

void bind_reduction_layers(py::module_& m) {
  bind_pooling(m);
  auto reduce = make_layer_class<14>(m, "IReduceLayer");
  def_enum<ReduceOperation>(reduce, "op", "op");
  def_int(reduce, "axes");
  def_bool(reduce, "keep_dims");
  auto topk = make_layer_class<15>(m, "ITopKLayer");
  def_enum<TopKOperation>(topk, "op", "op");
  def_int(topk, "k");
  def_int(topk, "axes");
  def_enum<DataType>(topk, "indices_type", "indices_type");
  auto softmax = make_layer_class<6>(m, "ISoftMaxLayer");
  def_int(softmax, "axes");
  auto lrn = make_layer_class<4>(m, "ILRNLayer");
  def_int(lrn, "window_size");
  def_float(lrn, "alpha");
  def_float(lrn, "beta");
  def_float(lrn, "k");
  auto normalization = make_layer_class<45>(m, "INormalizationLayer");
  def_float(normalization, "epsilon");
  def_int(normalization, "axes");
  def_int(normalization, "num_groups");
  def_enum<DataType>(normalization, "compute_precision", "compute_precision");
  auto matmul = make_layer_class<17>(m, "IMatrixMultiplyLayer");
  def_enum<MatrixOperation>(matmul, "op0", "op0");
  def_enum<MatrixOperation>(matmul, "op1", "op1");
  auto einsum = make_layer_class<38>(m, "IEinsumLayer");
  einsum.def_property(
      "equation", [](const Layer& l) { return std::get<std::string>(l.attribute("equation")); },
      [](Layer& l, const std::string& e) { l.set_attribute("equation", e); });
  auto cumulative = make_layer_class<49>(m, "ICumulativeLayer");
  def_enum<CumulativeOperation>(cumulative, "op", "op");
  def_bool(cumulative, "exclusive");
  def_bool(cumulative, "reverse");
}

}  // namespace trtlike::bindings
