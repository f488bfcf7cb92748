// Refitter and OnnxParserRefitter.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

std::string_view view(const py::buffer_info& info) {
  return {static_cast<const char*>(info.ptr), static_cast<size_t>(info.size * info.itemsize)};
}

/// Layers and roles as two lists.
py::tuple as_lists(const std::vector<Refitter::LayerWeights>& weights) {
  py::list layers, roles;
  for (const auto& [layer, role] : weights) {
    layers.append(layer);
    roles.append(role);
  }
  return py::make_tuple(layers, roles);
}

bool set_named(Refitter& r, const std::string& name, const Weights& weights) {
  return r.set_named_weights(name, weights);
}

bool set_range(Refitter& r, const std::string& tensor, const std::vector<float>& range) {
  if (range.size() != 2)
    throw py::value_error("[refitter] range: expected two numbers, got " +
                          std::to_string(range.size()) + ".");
  return r.set_dynamic_range(tensor, range[0], range[1]);
}

py::tuple get_range(const Refitter&, const std::string& tensor) {
  throw py::value_error("[refitter] tensor '" + tensor +
                        "': expected a range that can be refitted, got one that is a part of its "
                        "kernels.");
}

bool refit_from_bytes(OnnxParserRefitter& r, const py::buffer& model,
                      const std::optional<std::string>& path) {
  const py::buffer_info info = model.request();
  const Released released;
  return r.refit_from_bytes(view(info), path.value_or(""));
}

bool load_model_proto(OnnxParserRefitter& r, const py::buffer& model,
                      const std::optional<std::string>& path) {
  const py::buffer_info info = model.request();
  const Released released;
  return r.load_model_proto(view(info), path.value_or(""));
}

bool load_initializer(OnnxParserRefitter& r, const std::string& name, size_t data, size_t size) {
  return r.load_initializer(name, reinterpret_cast<const void*>(data), size);
}

const ParserError& get_error(const OnnxParserRefitter& r, int index) {
  if (index < 0 || index >= r.num_errors())
    throw py::index_error("[onnx] get_error: expected an index below " +
                          std::to_string(r.num_errors()) + ", got " + std::to_string(index) + ".");
  return r.error(index);
}

void bind_onnx_parser_refitter(py::module_& m) {
  py::class_<OnnxParserRefitter> cls(
      m, "OnnxParserRefitter",
      "Sets a refitter's weights from the initializers of an ONNX model; collects errors.");
  cls.def(py::init([](Refitter& refitter, const py::object& logger) {
            return std::make_unique<OnnxParserRefitter>(refitter, hold<Logger>(logger));
          }),
          py::arg("refitter"), py::arg("logger"), py::keep_alive<1, 2>())
      .def("refit_from_bytes", &refit_from_bytes, py::arg("model"), py::arg("path") = py::none(),
           "Sets the weights from a serialized model; path says where external data lies. False "
           "when errors were collected. Refitter.refit_cuda_engine comes after it.")
      .def("refit_from_file", &OnnxParserRefitter::refit_from_file, py::arg("model"),
           py::call_guard<Released>(), "The same from a file of any size.")
      .def("load_model_proto", &load_model_proto, py::arg("model"), py::arg("path") = py::none(),
           "Reads a serialized model for refit_model_proto.")
      .def("load_initializer", &load_initializer, py::arg("name"), py::arg("data"), py::arg("size"),
           "Takes size bytes at the address data in place of an initializer of the loaded model. "
           "They must stay until refit_cuda_engine.")
      .def("refit_model_proto", &OnnxParserRefitter::refit_model_proto, py::call_guard<Released>(),
           "Sets the weights from the loaded model.")
      .def_property_readonly("num_errors", &OnnxParserRefitter::num_errors)
      .def("get_error", &get_error, py::arg("index"), py::return_value_policy::copy)
      .def("clear_errors", &OnnxParserRefitter::clear_errors);
  add_context_manager(cls);
}

}  // namespace

void bind_refitter(py::module_& m) {
  py::class_<Refitter> cls(m, "Refitter",
                           "Gives an engine other weights. Failures return False and are logged.");
  cls.def(py::init([](const std::shared_ptr<CudaEngine>& engine, const py::object& logger) {
            return std::make_unique<Refitter>(engine, hold<Logger>(logger));
          }),
          py::arg("engine"), py::arg("logger"))
      .def("set_weights", &Refitter::set_weights, py::arg("layer_name"), py::arg("role"),
           py::arg("weights"), "Remembers weights of a layer until refit_cuda_engine reads them.")
      .def("set_named_weights", &set_named, py::arg("name"), py::arg("weights"),
           "The same for weights of a name.")
      .def("set_named_weights", &Refitter::set_named_weights, py::arg("name"), py::arg("weights"),
           py::arg("location"), "A CPU has one memory: every location is the host's.")
      .def("unset_named_weights", &Refitter::unset_named_weights, py::arg("weights_name"))
      .def(
          "get_missing", [](const Refitter& r) { return as_lists(r.missing()); },
          "Layers and roles of weights that must be set too.")
      .def(
          "get_all", [](const Refitter& r) { return as_lists(r.all()); },
          "Layers and roles of all weights that layers have as their own.")
      .def("get_missing_weights", &Refitter::missing_weights,
           "Names of weights that must be set too; empty for those without one.")
      .def("get_all_weights", &Refitter::all_weights)
      .def("get_named_weights", &Refitter::named_weights, py::arg("weights_name"))
      .def("get_weights_location", &Refitter::weights_location, py::arg("weights_name"))
      .def("get_weights_prototype", &Refitter::weights_prototype, py::arg("weights_name"),
           "Type and size; a size of -1 where there are no weights of the name.")
      .def("refit_cuda_engine", &Refitter::refit_cuda_engine, py::call_guard<Released>(),
           "Computes what follows from the weights. Runs that begin from here on see it.")
      .def("refit_cuda_engine_async", &Refitter::refit_cuda_engine_async, py::arg("stream_handle"),
           py::call_guard<Released>(), "The same once the stream has run what is queued.")
      .def("set_dynamic_range", &set_range, py::arg("tensor_name"), py::arg("range"))
      .def("get_dynamic_range", &get_range, py::arg("tensor_name"))
      .def("get_tensors_with_dynamic_range", &Refitter::tensors_with_dynamic_range)
      .def_property("weights_validation", &Refitter::weights_validation,
                    &Refitter::set_weights_validation)
      .def_property("max_threads", &Refitter::max_threads, &Refitter::set_max_threads)
      .def_property_readonly("logger", [](const Refitter& r) { return unhold(r.logger()); });
  add_error_recorder<Refitter>(cls);
  add_context_manager(cls);
  bind_onnx_parser_refitter(m);
}

}  // namespace trtlike::bindings
