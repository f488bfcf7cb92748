// Element-wise layers.
#include "trtlike/layers/pointwise.h"

#include "core/check.h"
#include "ir/layers/properties.h"
#include "trtlike/network.h"

namespace trtlike {
namespace {

Dims factor_dims(const Tensor& input, ScaleMode mode, int axis, const Weights& weights) {
  if (mode == ScaleMode::Uniform) return Dims{1};
  if (mode == ScaleMode::Channel) return Dims{weights.count};
  TRTLIKE_CHECK(axis >= 0, "[network] Scale, channel_axis: expected an axis of the input, got ",
                axis, ".");
  Dims dims;
  for (int i = axis; i < input.shape().rank(); ++i) dims.push_back(input.shape()[i]);
  return dims;
}

void set_factor(ScaleLayer& layer, int index, const Weights& weights) {
  const Dims dims = layer.input(0).shape();
  const int64_t axis = layer.channel_axis();
  if (layer.mode() == ScaleMode::Channel && axis >= 0 && axis < dims.rank()) {
    const int64_t channels = dims[static_cast<int>(axis)];
    TRTLIKE_CHECK(channels < 0 || weights.count == channels, "[network] layer '", layer.name(),
                  "' (Scale): expected ", channels, " weights, one a channel, got ", weights.count,
                  ".");
  }
  layer.set_constant_input(
      index,
      factor_dims(layer.input(0), layer.mode(), static_cast<int>(layer.channel_axis()), weights),
      weights);
}

}  // namespace

ActivationType ActivationLayer::type() const { return get_enum<ActivationType>(*this, "type"); }
void ActivationLayer::set_type(ActivationType type) { set_attribute("type", enum_number(type)); }
double ActivationLayer::alpha() const { return get<double>(*this, "alpha"); }
void ActivationLayer::set_alpha(double alpha) { set_attribute("alpha", alpha); }
double ActivationLayer::beta() const { return get<double>(*this, "beta"); }
void ActivationLayer::set_beta(double beta) { set_attribute("beta", beta); }

ElementWiseOperation ElementWiseLayer::op() const {
  return get_enum<ElementWiseOperation>(*this, "op");
}
void ElementWiseLayer::set_op(ElementWiseOperation op) { set_attribute("op", enum_number(op)); }

UnaryOperation UnaryLayer::op() const { return get_enum<UnaryOperation>(*this, "op"); }
void UnaryLayer::set_op(UnaryOperation op) { set_attribute("op", enum_number(op)); }

DataType CastLayer::to_type() const { return get_enum<DataType>(*this, "to_type"); }
void CastLayer::set_to_type(DataType to_type) { set_attribute("to_type", enum_number(to_type)); }

ScaleMode ScaleLayer::mode() const { return get_enum<ScaleMode>(*this, "mode"); }
void ScaleLayer::set_mode(ScaleMode mode) { set_attribute("mode", enum_number(mode)); }
int64_t ScaleLayer::channel_axis() const { return get<int64_t>(*this, "channel_axis"); }
void ScaleLayer::set_channel_axis(int64_t channel_axis) {
  set_attribute("channel_axis", channel_axis);
}
Weights ScaleLayer::shift() const { return constant_input(1); }
void ScaleLayer::set_shift(const Weights& shift) { set_factor(*this, 1, shift); }
Weights ScaleLayer::scale() const { return constant_input(2); }
void ScaleLayer::set_scale(const Weights& scale) { set_factor(*this, 2, scale); }
Weights ScaleLayer::power() const { return constant_input(3); }
void ScaleLayer::set_power(const Weights& power) { set_factor(*this, 3, power); }

int64_t QuantizeLayer::axis() const { return get<int64_t>(*this, "axis"); }
void QuantizeLayer::set_axis(int64_t axis) { set_attribute("axis", axis); }
DataType QuantizeLayer::to_type() const { return get_enum<DataType>(*this, "to_type"); }
void QuantizeLayer::set_to_type(DataType to_type) {
  set_attribute("to_type", enum_number(to_type));
}

Dims QuantizeLayer::block_shape() const { return get_dims(*this, "block_shape"); }
void QuantizeLayer::set_block_shape(const Dims& block_shape) {
  set_dims(*this, "block_shape", block_shape);
}

int64_t DequantizeLayer::axis() const { return get<int64_t>(*this, "axis"); }
void DequantizeLayer::set_axis(int64_t axis) { set_attribute("axis", axis); }
DataType DequantizeLayer::to_type() const { return get_enum<DataType>(*this, "to_type"); }
void DequantizeLayer::set_to_type(DataType to_type) {
  set_attribute("to_type", enum_number(to_type));
}

Dims DequantizeLayer::block_shape() const { return get_dims(*this, "block_shape"); }
void DequantizeLayer::set_block_shape(const Dims& block_shape) {
  set_dims(*this, "block_shape", block_shape);
}

int64_t DynamicQuantizeLayer::axis() const { return get<int64_t>(*this, "axis"); }
void DynamicQuantizeLayer::set_axis(int64_t axis) { set_attribute("axis", axis); }
int64_t DynamicQuantizeLayer::block_size() const { return get<int64_t>(*this, "block_size"); }
void DynamicQuantizeLayer::set_block_size(int64_t block_size) {
  set_attribute("block_size", block_size);
}
Dims DynamicQuantizeLayer::block_shape() const { return get_dims(*this, "block_shape"); }
void DynamicQuantizeLayer::set_block_shape(const Dims& block_shape) {
  set_dims(*this, "block_shape", block_shape);
}
DataType DynamicQuantizeLayer::to_type() const { return get_enum<DataType>(*this, "to_type"); }
void DynamicQuantizeLayer::set_to_type(DataType to_type) {
  set_attribute("to_type", enum_number(to_type));
}
DataType DynamicQuantizeLayer::scale_type() const {
  return get_enum<DataType>(*this, "scale_type");
}
void DynamicQuantizeLayer::set_scale_type(DataType scale_type) {
  set_attribute("scale_type", enum_number(scale_type));
}

ActivationLayer Network::add_activation(const Tensor& input, ActivationType type) {
  return ActivationLayer(add_layer("Activation", {input}, {{"type", enum_number(type)}}));
}

ElementWiseLayer Network::add_elementwise(const Tensor& input1, const Tensor& input2,
                                          ElementWiseOperation op) {
  return ElementWiseLayer(add_layer("ElementWise", {input1, input2}, {{"op", enum_number(op)}}));
}

UnaryLayer Network::add_unary(const Tensor& input, UnaryOperation op) {
  return UnaryLayer(add_layer("Unary", {input}, {{"op", enum_number(op)}}));
}

CastLayer Network::add_cast(const Tensor& input, DataType to_type) {
  return CastLayer(add_layer("Cast", {input}, {{"to_type", enum_number(to_type)}}));
}

IdentityLayer Network::add_identity(const Tensor& input) {
  return IdentityLayer(add_layer("Identity", {input}));
}

SelectLayer Network::add_select(const Tensor& condition, const Tensor& then_input,
                                const Tensor& else_input) {
  return SelectLayer(add_layer("Select", {condition, then_input, else_input}));
}

ParametricReLULayer Network::add_parametric_relu(const Tensor& input, const Tensor& slopes) {
  return ParametricReLULayer(add_layer("ParametricReLU", {input, slopes}));
}

ScaleLayer Network::add_scale(const Tensor& input, ScaleMode mode, const Weights& shift,
                              const Weights& scale, const Weights& power) {
  return add_scale_nd(input, mode, shift, scale, power, 1);
}

ScaleLayer Network::add_scale_nd(const Tensor& input, ScaleMode mode, const Weights& shift,
                                 const Weights& scale, const Weights& power, int channel_axis) {
  Layer layer = add_layer("Scale", {input},
                          {{"mode", enum_number(mode)}, {"channel_axis", int64_t{channel_axis}}});
  const Weights* factors[] = {&shift, &scale, &power};
  for (int i = 0; i < 3; ++i)
    if (factors[i]->count > 0)
      layer.set_constant_input(i + 1, factor_dims(input, mode, channel_axis, *factors[i]),
                               *factors[i]);
  return ScaleLayer(layer);
}

QuantizeLayer Network::add_quantize(const Tensor& input, const Tensor& scale,
                                    DataType output_type) {
  return QuantizeLayer(
      add_layer("Quantize", {input, scale}, {{"to_type", enum_number(output_type)}}));
}

DequantizeLayer Network::add_dequantize(const Tensor& input, const Tensor& scale,
                                        DataType output_type) {
  return DequantizeLayer(
      add_layer("Dequantize", {input, scale}, {{"to_type", enum_number(output_type)}}));
}

DynamicQuantizeLayer Network::add_dynamic_quantize(const Tensor& input, int64_t axis,
                                                   int64_t block_size, DataType output_type,
                                                   DataType scale_type) {
  return DynamicQuantizeLayer(add_layer("DynamicQuantize", {input},
                                        {{"axis", axis},
                                         {"block_size", block_size},
                                         {"block_shape", std::vector<int64_t>{}},
                                         {"to_type", enum_number(output_type)},
                                         {"scale_type", enum_number(scale_type)}}));
}

DynamicQuantizeLayer Network::add_dynamic_quantize_v2(const Tensor& input, const Dims& block_shape,
                                                      DataType output_type, DataType scale_type) {
  return DynamicQuantizeLayer(add_layer("DynamicQuantize", {input},
                                        {{"axis", int64_t{-1}},
                                         {"block_size", int64_t{0}},
                                         {"block_shape", to_list(block_shape)},
                                         {"to_type", enum_number(output_type)},
                                         {"scale_type", enum_number(scale_type)}}));
}

}  // namespace trtlike
