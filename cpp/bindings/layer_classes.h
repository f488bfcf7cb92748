// Python classes of the typed layers.
#pragma once

#include "bindings/module.h"

namespace trtlike::bindings {

/// Makes the layer's own Python class (IConvolutionLayer, ...).
using LayerCaster = py::object (*)(const Layer&);
void register_layer_caster(LayerType type, LayerCaster caster);

/// A DimsHW; ValueError unless there are two extents.
py::object as_hw(const Dims& dims);

template <typename L>
using LayerClass = py::class_<L, Layer>;

template <typename L>
LayerClass<L> bind_layer(py::module_& m, const char* name) {
  // Python may assign the class of one to another.
  static_assert(sizeof(L) == sizeof(Layer));
  register_layer_caster(L::kType, [](const Layer& layer) { return py::cast(L(layer)); });
  return LayerClass<L>(m, name);
}

/// A layer at an end of a loop, a conditional or an attention: `Base` is between it and ILayer.
template <typename L, typename Base>
py::class_<L, Base> bind_boundary_layer(py::module_& m, const char* name) {
  static_assert(sizeof(L) == sizeof(Layer));
  register_layer_caster(L::kType, [](const Layer& layer) { return py::cast(L(layer)); });
  return py::class_<L, Base>(m, name);
}

/// A property of L. The object may be of any layer class: __class__ was assigned.
template <typename L, typename Getter, typename Setter, typename Value>
void def_property(LayerClass<L>& cls, const char* name, Getter get, void (Setter::*set)(Value)) {
  cls.def_property(
      name, [get](const Layer& layer) { return (L(layer).*get)(); },
      [set](const Layer& layer, std::decay_t<Value> value) {
        L view(layer);
        (view.*set)(value);
      });
}

/// The 8.x name of a property of two extents, as DimsHW.
template <typename L, typename Getter, typename Setter, typename Value>
void def_hw_property(LayerClass<L>& cls, const char* name, Getter get, void (Setter::*set)(Value)) {
  cls.def_property(
      name, [get](const Layer& layer) { return as_hw((L(layer).*get)()); },
      [set](const Layer& layer, const Dims& value) {
        L view(layer);
        (view.*set)(value);
      });
}

void bind_convolution_layers(py::module_& m);
void bind_pointwise_layers(py::module_& m);
void bind_reduction_layers(py::module_& m);
void bind_movement_layers(py::module_& m);
void bind_source_layers(py::module_& m);
void bind_selection_layers(py::module_& m);
void bind_attention_layers(py::module_& m);
void bind_control_flow(py::module_& m);

}  // namespace trtlike::bindings
