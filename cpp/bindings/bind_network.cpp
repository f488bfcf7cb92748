// ITensor and INetworkDefinition.
#include "bindings/module.h"

namespace trtlike::bindings {

void bind_layer_adders(py::class_<Network>& cls);

namespace {

constexpr const char* kBuilder = "_builder";

py::object builder_of(const py::object& network) {
  try {
    network.cast<const Network&>();
  } catch (const py::cast_error&) {
    throw py::type_error(
        "[network] builder: expected a network, got an object that only __new__ "
        "has made.");
  }
  return py::getattr(network, kBuilder, py::none());
}

/// TensorRT's view: an ILayer, which scripts turn into what it is by assigning its __class__.
py::object layer_at(const Network& n, int64_t index) {
  const int64_t at = index < 0 ? index + n.num_layers() : index;
  if (at < 0 || at >= n.num_layers())
    throw py::index_error("[network] layer: expected an index below " +
                          std::to_string(n.num_layers()) + ", got " + std::to_string(index) + ".");
  return py::cast(n.layer(static_cast<int>(at)));
}

template <Tensor (Network::*Get)(int) const, int (Network::*Count)() const>
py::object tensor_at(const Network& n, int index) {
  return index < 0 || index >= (n.*Count)() ? py::none() : py::cast((n.*Get)(index));
}

/// The answer of a call that TensorRT answers with false: the sentence goes to the builder's
/// logger.
template <typename F>
bool logged(const py::object& network, Severity severity, F&& call) {
  try {
    call(network.cast<Network&>());
    return true;
  } catch (const UserError& e) {
    const py::object builder = builder_of(network);
    if (builder.is_none()) throw;
    builder.cast<const Builder&>().logger()->log(severity, e.what());
    return false;
  }
}

bool mark_output_for_shapes(const py::object& network, const Tensor& tensor) {
  return logged(network, Severity::Error, [&](Network& n) { n.mark_output_for_shapes(tensor); });
}

bool unmark_output_for_shapes(const py::object& network, const Tensor& tensor) {
  return logged(network, Severity::Error, [&](Network& n) { n.unmark_output_for_shapes(tensor); });
}

void remove_tensor(const py::object& network, const Tensor& tensor) {
  logged(network, Severity::Warning, [&](Network& n) { n.remove_tensor(tensor); });
}

bool set_dynamic_range(Tensor& t, float min, float max) {
  t.set_dynamic_range(min, max);
  return true;
}

bool set_weights_name(Network& n, const Weights& weights, const std::optional<std::string>& name) {
  n.set_weights_name(weights, name.value_or(""));
  return true;
}

template <void (Network::*mark)(const std::string&)>
bool mark_weights(Network& n, const std::string& name) {
  (n.*mark)(name);
  return true;
}

}  // namespace

void bind_tensors(py::module_& m) {
  py::class_<Tensor>(m, "ITensor", "A tensor of a network.")
      .def_property("name", &Tensor::name, &Tensor::set_name)
      .def_property("shape", &Tensor::shape, &Tensor::set_shape)
      .def_property("dtype", &Tensor::dtype, &Tensor::set_dtype)
      .def_property(
          "location", [](const Tensor&) { return TensorLocation::Device; },
          [](Tensor&, TensorLocation) {})
      .def_property("allowed_formats", &Tensor::allowed_formats, &Tensor::set_allowed_formats)
      .def_property(
          "broadcast_across_batch", [](const Tensor&) { return false; }, [](Tensor&, bool) {})
      .def_property_readonly("is_network_input", &Tensor::is_network_input)
      .def_property_readonly("is_network_output", &Tensor::is_network_output)
      .def_property_readonly("is_shape_tensor", &Tensor::is_shape_tensor)
      .def_property_readonly("is_execution_tensor", &Tensor::is_execution_tensor)
      .def("set_dimension_name", &Tensor::set_dimension_name, py::arg("index"), py::arg("name"))
      .def("get_dimension_name", &Tensor::dimension_name, py::arg("index"))
      .def_property("dynamic_range", &Tensor::dynamic_range,
                    [](Tensor& t, const std::pair<float, float>& r) {
                      t.set_dynamic_range(r.first, r.second);
                    })
      .def("set_dynamic_range", &set_dynamic_range, py::arg("min"), py::arg("max"))
      .def("reset_dynamic_range", &Tensor::reset_dynamic_range)
      .def("__eq__",
           [](const Tensor& a, const py::object& b) {
             return py::isinstance<Tensor>(b) && a == b.cast<const Tensor&>();
           })
      .def("__hash__", [](const Tensor& t) { return t.id(); });
}

void bind_network(py::module_& m) {
  py::class_<Network> cls(m, "INetworkDefinition", "A network under construction.",
                          py::dynamic_attr());
  cls.def_property("name", &Network::name, &Network::set_name)
      .def_property_readonly("num_layers", &Network::num_layers)
      .def_property_readonly("num_inputs", &Network::num_inputs)
      .def_property_readonly("num_outputs", &Network::num_outputs)
      .def_property_readonly("flags", &Network::flags)
      .def_property_readonly("has_implicit_batch_dimension", [](const Network&) { return false; })
      .def("get_flag", &Network::flag, py::arg("flag"))
      .def("add_input", &Network::add_input, py::arg("name"), py::arg("dtype"), py::arg("shape"))
      .def("mark_output", &Network::mark_output, py::arg("tensor"))
      .def("unmark_output", &Network::unmark_output, py::arg("tensor"))
      .def("mark_output_for_shapes", &mark_output_for_shapes, py::arg("tensor"),
           "Makes a list of integers an output; False, with the reason in the log, for others.")
      .def("unmark_output_for_shapes", &unmark_output_for_shapes, py::arg("tensor"),
           "False, with the reason in the log, for what is no output.")
      .def("remove_tensor", &remove_tensor, py::arg("tensor"),
           "Removes a tensor that no layer makes or reads; others stay, with a warning in the log.")
      .def_property_readonly("builder", &builder_of,
                             "The builder that made the network; None for a copy of it.")
      .def(
          "set_weights_name", &set_weights_name, py::arg("weights"), py::arg("name"),
          "Names all uses of these weights, found by where they lie, for refitting; None takes the "
          "name away. Weights that a parser reads have the model's names.")
      .def("mark_weights_refittable", &mark_weights<&Network::mark_weights_refittable>,
           py::arg("name"), "For BuilderFlag.REFIT_INDIVIDUAL.")
      .def("unmark_weights_refittable", &mark_weights<&Network::unmark_weights_refittable>,
           py::arg("name"))
      .def("are_weights_marked_refittable", &Network::are_weights_marked_refittable,
           py::arg("name"))
      .def("get_input", &tensor_at<&Network::input, &Network::num_inputs>, py::arg("index"))
      .def("get_output", &tensor_at<&Network::output, &Network::num_outputs>, py::arg("index"))
      .def("get_layer", &layer_at, py::arg("index"))
      .def("mark_debug", &Network::mark_debug, py::arg("tensor"),
           "Hands the tensor to debug listeners when a run has computed it; no fusion takes it in. "
           "False when it was marked before.")
      .def("unmark_debug", &Network::unmark_debug, py::arg("tensor"))
      .def("is_debug_tensor", &Network::is_debug_tensor, py::arg("tensor"))
      .def("mark_unfused_tensors_as_debug_tensors", &Network::mark_unfused_tensors_as_debug_tensors,
           "The same for all that fusions leave, by the engine's own names.")
      .def("unmark_unfused_tensors_as_debug_tensors",
           &Network::unmark_unfused_tensors_as_debug_tensors)
      .def("__len__", &Network::num_layers)
      .def("__getitem__", &layer_at, py::arg("index"))
      .def("__str__", &Network::to_string);
  bind_layer_adders(cls);
  add_error_recorder<Network>(cls);
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
