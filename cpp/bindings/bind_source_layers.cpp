// Layers without an input to compute on.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {

void bind_source_layers(py::module_& m) {
  auto constant = bind_layer<ConstantLayer>(m, "IConstantLayer");
  constant.def_property_readonly("weights",
                                 [](const Layer& l) { return ConstantLayer(l).weights(); });
  def_property(constant, "shape", &ConstantLayer::shape, &ConstantLayer::set_shape);
  auto fill = bind_layer<FillLayer>(m, "IFillLayer");
  def_property(fill, "shape", &FillLayer::shape, &FillLayer::set_shape);
  def_property(fill, "operation", &FillLayer::operation, &FillLayer::set_operation);
  def_property(fill, "alpha", &FillLayer::alpha, &FillLayer::set_alpha);
  def_property(fill, "beta", &FillLayer::beta, &FillLayer::set_beta);
  def_property(fill, "to_type", &FillLayer::to_type, &FillLayer::set_to_type);
}

}  // namespace trtlike::bindings
