// OnnxParser and its errors.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

std::string_view view(const py::buffer_info& info) {
  return {static_cast<const char*>(info.ptr), static_cast<size_t>(info.size * info.itemsize)};
}

bool parse(OnnxParser& parser, const py::buffer& model, const std::optional<std::string>& path) {
  const py::buffer_info info = model.request();
  const Released released;
  return parser.parse(view(info), path.value_or(""));
}

bool parse_path(OnnxParser& parser, const std::string& path) {
  const Released released;
  return parser.parse_from_file(path);
}

bool supports_model(OnnxParser& parser, const py::buffer& model,
                    const std::optional<std::string>& path) {
  const py::buffer_info info = model.request();
  const Released released;
  return parser.supports_model(view(info), path.value_or(""));
}

const ParserError& get_error(const OnnxParser& parser, int index) {
  if (index < 0 || index >= parser.num_errors())
    throw py::index_error("[onnx] get_error: expected an index below " +
                          std::to_string(parser.num_errors()) + ", got " + std::to_string(index) +
                          ".");
  return parser.error(index);
}

void bind_parser_error(py::module_& m) {
  py::class_<ParserError>(m, "ParserError")
      .def("code", [](const ParserError& e) { return e.code; })
      .def("desc", [](const ParserError& e) { return e.description; })
      .def("file", [](const ParserError& e) { return e.file; })
      .def("line", [](const ParserError& e) { return e.line; })
      .def("func", [](const ParserError& e) { return e.func; })
      .def("node", [](const ParserError& e) { return e.node; })
      .def("node_name", [](const ParserError& e) { return e.node_name; })
      .def("node_operator", [](const ParserError& e) { return e.node_operator; })
      .def("local_function_stack", [](const ParserError&) { return std::vector<std::string>(); })
      .def("local_function_stack_size", [](const ParserError&) { return 0; })
      .def("__str__", &ParserError::to_string)
      .def("__repr__", &ParserError::to_string);
}

}  // namespace

void bind_onnx_parser(py::module_& m) {
  bind_parser_error(m);
  py::class_<OnnxParser> cls(
      m, "OnnxParser", "Parses ONNX models of opset 7 to 27 into a network; collects errors.");
  cls.def(py::init([](const Network& network, const py::object& logger) {
            return std::make_unique<OnnxParser>(network, hold<Logger>(logger));
          }),
          py::arg("network"), py::arg("logger"))
      .def("parse", &parse, py::arg("model"), py::arg("path") = py::none(),
           "Parses a serialized model; path says where external data lies. False when errors were "
           "collected.")
      .def("parse", &parse_path, py::arg("path"), "Parses a model file.")
      .def("parse_from_file", &parse_path, py::arg("model"), "Parses a model file of any size.")
      .def("supports_model", &supports_model, py::arg("model"), py::arg("path") = py::none())
      .def("supports_model_v2", &supports_model, py::arg("model"), py::arg("path") = py::none())
      .def("supports_operator", &OnnxParser::supports_operator, py::arg("op_name"))
      .def_property_readonly("num_errors", &OnnxParser::num_errors)
      .def("get_error", &get_error, py::arg("index"), py::return_value_policy::copy)
      .def("clear_errors", &OnnxParser::clear_errors)
      .def_property("flags", &OnnxParser::flags, &OnnxParser::set_flags)
      .def("set_flag", &OnnxParser::set_flag, py::arg("flag"))
      .def("clear_flag", &OnnxParser::clear_flag, py::arg("flag"))
      .def("get_flag", &OnnxParser::flag, py::arg("flag"))
      .def("get_layer_output_tensor", &OnnxParser::layer_output_tensor, py::arg("name"),
           py::arg("i"))
      .def("get_used_vc_plugin_libraries",
           [](const OnnxParser&) { return std::vector<std::string>(); });
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
