// Layers without an input to compute on.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

/// An int where the parameters were last set as integers.
template <auto Get, auto GetInt64>
py::object get_parameter(const Layer& layer) {
  const FillLayer fill(layer);
  return fill.is_alpha_beta_int64() ? py::cast((fill.*GetInt64)()) : py::cast((fill.*Get)());
}

template <auto Set, auto SetInt64>
void set_parameter(const Layer& layer, const py::object& value) {
  FillLayer fill(layer);
  (fill.*Set)(value.cast<double>());
  if (py::isinstance<py::int_>(value)) (fill.*SetInt64)(value.cast<int64_t>());
}

}  // namespace

void bind_source_layers(py::module_& m) {
  auto constant = bind_layer<ConstantLayer>(m, "IConstantLayer");
  def_property(constant, "weights", &ConstantLayer::weights, &ConstantLayer::set_weights);
  def_property(constant, "shape", &ConstantLayer::shape, &ConstantLayer::set_shape);
  auto fill = bind_layer<FillLayer>(m, "IFillLayer");
  def_property(fill, "shape", &FillLayer::shape, &FillLayer::set_shape);
  def_property(fill, "operation", &FillLayer::operation, &FillLayer::set_operation);
  fill.def_property("alpha", &get_parameter<&FillLayer::alpha, &FillLayer::alpha_int64>,
                    &set_parameter<&FillLayer::set_alpha, &FillLayer::set_alpha_int64>)
      .def_property("beta", &get_parameter<&FillLayer::beta, &FillLayer::beta_int64>,
                    &set_parameter<&FillLayer::set_beta, &FillLayer::set_beta_int64>)
      .def("is_alpha_beta_int64",
           [](const Layer& layer) { return FillLayer(layer).is_alpha_beta_int64(); });
  def_property(fill, "to_type", &FillLayer::to_type, &FillLayer::set_to_type);
}

}  // namespace trtlike::bindings
