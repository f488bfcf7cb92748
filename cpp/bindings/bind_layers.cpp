// ILayer, and which Python class a layer has.
#include <map>

#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

std::map<LayerType, LayerCaster>& casters() {
  static std::map<LayerType, LayerCaster> table;
  return table;
}

py::object optional_tensor(const Tensor& tensor) { return tensor ? py::cast(tensor) : py::none(); }

void set_input(Layer& layer, int index, const Tensor& tensor) { layer.set_input(index, tensor); }

DataType get_output_type(const Layer& layer, int index) {
  return layer.output_type(index).value_or(layer.output(index).dtype());
}

void bind_base(py::module_& m) {
  py::class_<Layer>(m, "ILayer", "An operation with inputs, outputs and properties.")
      .def_property("name", &Layer::name, &Layer::set_name)
      .def_property("metadata", &Layer::metadata, &Layer::set_metadata)
      .def_property_readonly("type", &Layer::type)
      .def_property_readonly("op_name", &Layer::op_name,
                             "The operation's name, also for layers without a class of their own.")
      .def_property_readonly("num_inputs", &Layer::num_inputs)
      .def_property_readonly("num_outputs", &Layer::num_outputs)
      .def(
          "get_input", [](const Layer& l, int index) { return optional_tensor(l.input(index)); },
          py::arg("index"))
      .def(
          "get_output", [](const Layer& l, int index) { return optional_tensor(l.output(index)); },
          py::arg("index"))
      .def("set_input", &set_input, py::arg("index"), py::arg("tensor"))
      .def_property(
          "precision", [](const Layer& l) { return l.precision().value_or(DataType::Float); },
          &Layer::set_precision)
      .def_property_readonly("precision_is_set",
                             [](const Layer& l) { return l.precision().has_value(); })
      .def("reset_precision", &Layer::reset_precision)
      .def("set_output_type", &Layer::set_output_type, py::arg("index"), py::arg("dtype"))
      .def("get_output_type", &get_output_type, py::arg("index"))
      .def(
          "output_type_is_set",
          [](const Layer& l, int index) { return l.output_type(index).has_value(); },
          py::arg("index"))
      .def("reset_output_type", &Layer::reset_output_type, py::arg("index"))
      .def("__eq__",
           [](const Layer& a, const py::object& b) {
             return py::isinstance<Layer>(b) && a == b.cast<const Layer&>();
           })
      .def("__hash__", [](const Layer& l) { return l.id(); });
}

}  // namespace

void register_layer_caster(LayerType layer_type, LayerCaster caster) {
  casters()[layer_type] = caster;
}

py::object as_hw(const Dims& dims) {
  return py::module_::import("trtlike._trtlike").attr("DimsHW")(dims);
}

py::object cast_layer(const Layer& layer) {
  const auto found = casters().find(layer.type());
  return found == casters().end() ? py::cast(layer) : found->second(layer);
}

void bind_layers(py::module_& m) {
  bind_base(m);
  bind_convolution_layers(m);
  bind_pointwise_layers(m);
  bind_reduction_layers(m);
  bind_movement_layers(m);
  bind_source_layers(m);
  bind_selection_layers(m);
  bind_attention_layers(m);
  bind_control_flow(m);
}

}  // namespace trtlike::bindings
