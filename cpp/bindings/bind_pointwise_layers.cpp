// Element-wise layers.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {

void bind_pointwise_layers(py::module_& m) {
  auto activation = make_layer_class<2>(m, "IActivationLayer");
  def_enum<ActivationType>(activation, "type", "type");
  def_float(activation, "alpha");
  def_float(activation, "beta");
  auto elementwise = make_layer_class<9>(m, "IElementWiseLayer");
  def_enum<ElementWiseOperation>(elementwise, "op", "op");
  auto unary = make_layer_class<11>(m, "IUnaryLayer");
  def_enum<UnaryOperation>(unary, "op", "op");
  auto cast = make_layer_class<1>(m, "ICastLayer");
  def_enum<DataType>(cast, "to_type", "to_type");
  make_layer_class<20>(m, "IIdentityLayer");
  make_layer_class<30>(m, "ISelectLayer");
  make_layer_class<24>(m, "IParametricReLULayer");
  auto quantize = make_layer_class<32>(m, "IQuantizeLayer");
  def_int(quantize, "axis");
  def_enum<DataType>(quantize, "to_type", "to_type");
  auto dequantize = make_layer_class<33>(m, "IDequantizeLayer");
  def_int(dequantize, "axis");
  def_enum<DataType>(dequantize, "to_type", "to_type");
}

}  // namespace trtlike::bindings
