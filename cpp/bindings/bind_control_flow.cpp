// Loops and conditionals.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

using py::arg;

void bind_loops(py::module_& m) {
  py::class_<Loop> loop(m, "ILoop");
  py::class_<LoopBoundaryLayer, Layer>(m, "ILoopBoundaryLayer")
      .def_property_readonly("loop",
                             [](const Layer& layer) { return LoopBoundaryLayer(layer).loop(); });
  bind_boundary_layer<RecurrenceLayer, LoopBoundaryLayer>(m, "IRecurrenceLayer");
  bind_boundary_layer<TripLimitLayer, LoopBoundaryLayer>(m, "ITripLimitLayer")
      .def_property_readonly("kind",
                             [](const Layer& layer) { return TripLimitLayer(layer).kind(); });
  bind_boundary_layer<IteratorLayer, LoopBoundaryLayer>(m, "IIteratorLayer")
      .def_property(
          "axis", [](const Layer& layer) { return IteratorLayer(layer).axis(); },
          [](const Layer& layer, int axis) { IteratorLayer(layer).set_axis(axis); })
      .def_property(
          "reverse", [](const Layer& layer) { return IteratorLayer(layer).reverse(); },
          [](const Layer& layer, bool reverse) { IteratorLayer(layer).set_reverse(reverse); });
  bind_boundary_layer<LoopOutputLayer, LoopBoundaryLayer>(m, "ILoopOutputLayer")
      .def_property_readonly("kind",
                             [](const Layer& layer) { return LoopOutputLayer(layer).kind(); })
      .def_property(
          "axis", [](const Layer& layer) { return LoopOutputLayer(layer).axis(); },
          [](const Layer& layer, int axis) { LoopOutputLayer(layer).set_axis(axis); });
  loop.def_property("name", &Loop::name, &Loop::set_name)
      .def("__eq__", [](const Loop& a, const Loop& b) { return a == b; })
      .def("add_recurrence", &Loop::add_recurrence, arg("initial_value"))
      .def("add_trip_limit", &Loop::add_trip_limit, arg("tensor"), arg("kind"))
      .def("add_iterator", &Loop::add_iterator, arg("tensor"), arg("axis") = 0,
           arg("reverse") = false)
      .def("add_loop_output", &Loop::add_loop_output, arg("tensor"), arg("kind"), arg("axis") = 0);
}

void bind_conditionals(py::module_& m) {
  py::class_<IfConditional> conditional(m, "IIfConditional");
  py::class_<IfConditionalBoundaryLayer, Layer>(m, "IIfConditionalBoundaryLayer")
      .def_property_readonly("conditional", [](const Layer& layer) {
        return IfConditionalBoundaryLayer(layer).conditional();
      });
  bind_boundary_layer<ConditionLayer, IfConditionalBoundaryLayer>(m, "IConditionLayer");
  bind_boundary_layer<IfConditionalInputLayer, IfConditionalBoundaryLayer>(
      m, "IIfConditionalInputLayer");
  bind_boundary_layer<IfConditionalOutputLayer, IfConditionalBoundaryLayer>(
      m, "IIfConditionalOutputLayer");
  conditional.def_property("name", &IfConditional::name, &IfConditional::set_name)
      .def("__eq__", [](const IfConditional& a, const IfConditional& b) { return a == b; })
      .def("set_condition", &IfConditional::set_condition, arg("condition"))
      .def("add_output", &IfConditional::add_output, arg("true_subgraph_output"),
           arg("false_subgraph_output"))
      .def("add_input", &IfConditional::add_input, arg("input"));
}

}  // namespace

void bind_control_flow(py::module_& m) {
  bind_loops(m);
  bind_conditionals(m);
}

}  // namespace trtlike::bindings
