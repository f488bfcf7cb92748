// One C++ type for each Python layer class, and the properties that carry TensorRT's names over the
// layers' attributes.
#pragma once

#include <string>
#include <vector>

#include "bindings/enums.h"
#include "bindings/module.h"

namespace trtlike::bindings {

/// The Python class ILayer's subclass number N (TensorRT's LayerType).
template <int N>
struct TypedLayer : Layer {
  explicit TypedLayer(const Layer& layer) : Layer(layer) {}
};
/// So that Python may assign the class of one to another: properties take any Layer.
static_assert(sizeof(TypedLayer<0>) == sizeof(Layer));

template <int N>
using LayerClass = py::class_<TypedLayer<N>, Layer>;

Dims dims_attribute(const Layer& layer, const char* name);
void set_dims_attribute(Layer& layer, const char* name, const Dims& dims);
Weights constant_or_empty(const Layer& layer, int index);

template <int N>
void def_dims(LayerClass<N>& cls, const char* property, const char* attribute) {
  cls.def_property(
      property, [attribute](const Layer& l) { return dims_attribute(l, attribute); },
      [attribute](Layer& l, const Dims& d) { set_dims_attribute(l, attribute, d); });
}

template <int N>
void def_int(LayerClass<N>& cls, const char* name) {
  cls.def_property(
      name, [name](const Layer& l) { return std::get<int64_t>(l.attribute(name)); },
      [name](Layer& l, int64_t v) { l.set_attribute(name, v); });
}

template <int N>
void def_bool(LayerClass<N>& cls, const char* name) {
  cls.def_property(
      name, [name](const Layer& l) { return std::get<bool>(l.attribute(name)); },
      [name](Layer& l, bool v) { l.set_attribute(name, v); });
}

template <int N>
void def_float(LayerClass<N>& cls, const char* name) {
  cls.def_property(
      name, [name](const Layer& l) { return std::get<double>(l.attribute(name)); },
      [name](Layer& l, double v) { l.set_attribute(name, v); });
}

template <typename E, int N>
void def_enum(LayerClass<N>& cls, const char* property, const char* attribute) {
  cls.def_property(
      property,
      [attribute](const Layer& l) {
        return static_cast<E>(std::get<int64_t>(l.attribute(attribute)));
      },
      [attribute](Layer& l, E v) { l.set_attribute(attribute, static_cast<int64_t>(v)); });
}

/// The constant at an input of the layer, as Weights; a new one must have as many elements.
template <int N>
void def_weights(LayerClass<N>& cls, const char* property, int index) {
  cls.def_property(
      property, [index](const Layer& l) { return constant_or_empty(l, index); },
      [index](Layer& l, const Weights& w) {
        l.set_constant_input(index, l.constant_input_dims(index), w);
      });
}

void bind_weighted_layers(py::module_& m);
void bind_pointwise_layers(py::module_& m);
void bind_movement_layers(py::module_& m);
void bind_reduction_layers(py::module_& m);

/// Makes the layer's own Python class; one row for each class above.
using LayerCaster = py::object (*)(const Layer&);
void register_layer_caster(int layer_type, LayerCaster caster);

template <int N>
LayerClass<N> make_layer_class(py::module_& m, const char* name) {
  register_layer_caster(N, [](const Layer& layer) { return py::cast(TypedLayer<N>(layer)); });
  return LayerClass<N>(m, name);
}

}  // namespace trtlike::bindings
