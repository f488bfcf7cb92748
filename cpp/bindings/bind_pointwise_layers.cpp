// Element-wise layers.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {

void bind_pointwise_layers(py::module_& m) {
  auto activation = bind_layer<ActivationLayer>(m, "IActivationLayer");
  def_property(activation, "type", &ActivationLayer::type, &ActivationLayer::set_type);
  def_property(activation, "alpha", &ActivationLayer::alpha, &ActivationLayer::set_alpha);
  def_property(activation, "beta", &ActivationLayer::beta, &ActivationLayer::set_beta);
  auto elementwise = bind_layer<ElementWiseLayer>(m, "IElementWiseLayer");
  def_property(elementwise, "op", &ElementWiseLayer::op, &ElementWiseLayer::set_op);
  auto unary = bind_layer<UnaryLayer>(m, "IUnaryLayer");
  def_property(unary, "op", &UnaryLayer::op, &UnaryLayer::set_op);
  auto cast = bind_layer<CastLayer>(m, "ICastLayer");
  def_property(cast, "to_type", &CastLayer::to_type, &CastLayer::set_to_type);
  bind_layer<IdentityLayer>(m, "IIdentityLayer");
  bind_layer<SelectLayer>(m, "ISelectLayer");
  bind_layer<ParametricReLULayer>(m, "IParametricReLULayer");
  auto scale = bind_layer<ScaleLayer>(m, "IScaleLayer");
  def_property(scale, "mode", &ScaleLayer::mode, &ScaleLayer::set_mode);
  def_property(scale, "channel_axis", &ScaleLayer::channel_axis, &ScaleLayer::set_channel_axis);
  def_property(scale, "shift", &ScaleLayer::shift, &ScaleLayer::set_shift);
  def_property(scale, "scale", &ScaleLayer::scale, &ScaleLayer::set_scale);
  def_property(scale, "power", &ScaleLayer::power, &ScaleLayer::set_power);
  auto quantize = bind_layer<QuantizeLayer>(m, "IQuantizeLayer");
  def_property(quantize, "axis", &QuantizeLayer::axis, &QuantizeLayer::set_axis);
  def_property(quantize, "block_shape", &QuantizeLayer::block_shape,
               &QuantizeLayer::set_block_shape);
  def_property(quantize, "to_type", &QuantizeLayer::to_type, &QuantizeLayer::set_to_type);
  auto dequantize = bind_layer<DequantizeLayer>(m, "IDequantizeLayer");
  def_property(dequantize, "axis", &DequantizeLayer::axis, &DequantizeLayer::set_axis);
  def_property(dequantize, "block_shape", &DequantizeLayer::block_shape,
               &DequantizeLayer::set_block_shape);
  def_property(dequantize, "to_type", &DequantizeLayer::to_type, &DequantizeLayer::set_to_type);
  using Dynamic = DynamicQuantizeLayer;
  auto dynamic = bind_layer<Dynamic>(m, "IDynamicQuantizeLayer");
  def_property(dynamic, "axis", &Dynamic::axis, &Dynamic::set_axis);
  def_property(dynamic, "block_size", &Dynamic::block_size, &Dynamic::set_block_size);
  def_property(dynamic, "block_shape", &Dynamic::block_shape, &Dynamic::set_block_shape);
  def_property(dynamic, "to_type", &Dynamic::to_type, &Dynamic::set_to_type);
  def_property(dynamic, "scale_type", &Dynamic::scale_type, &Dynamic::set_scale_type);
}

}  // namespace trtlike::bindings
