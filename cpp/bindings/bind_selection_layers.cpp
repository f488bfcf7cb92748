// Layers that look at elements.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {

void bind_selection_layers(py::module_& m) {
  auto assertion = bind_layer<AssertionLayer>(m, "IAssertionLayer");
  def_property(assertion, "message", &AssertionLayer::message, &AssertionLayer::set_message);
  auto non_zero = bind_layer<NonZeroLayer>(m, "INonZeroLayer");
  def_property(non_zero, "indices_type", &NonZeroLayer::indices_type,
               &NonZeroLayer::set_indices_type);
  auto nms = bind_layer<NMSLayer>(m, "INMSLayer");
  def_property(nms, "bounding_box_format", &NMSLayer::bounding_box_format,
               &NMSLayer::set_bounding_box_format);
  def_property(nms, "topk_box_limit", &NMSLayer::topk_box_limit, &NMSLayer::set_topk_box_limit);
  def_property(nms, "indices_type", &NMSLayer::indices_type, &NMSLayer::set_indices_type);
}

}  // namespace trtlike::bindings
