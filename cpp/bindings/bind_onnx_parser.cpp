// OnnxParser and its errors.
#include <pybind11/stl_bind.h>

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

/// Lists with TensorRT's names.
struct NodeIndices : std::vector<size_t> {
  using std::vector<size_t>::vector;
};
struct SubGraphCollection : std::vector<std::pair<NodeIndices, bool>> {
  using std::vector<std::pair<NodeIndices, bool>>::vector;
};

bool supports_model_v2(OnnxParser& parser, const py::buffer& model,
                       const std::optional<std::string>& path) {
  const py::buffer_info info = model.request();
  const Released released;
  return parser.supports_model(view(info), path.value_or(""));
}

std::pair<bool, SubGraphCollection> supports_model(OnnxParser& parser, const py::buffer& model,
                                                   const std::optional<std::string>& path) {
  const bool supported = supports_model_v2(parser, model, path);
  SubGraphCollection subgraphs;
  for (const OnnxParser::Subgraph& subgraph : parser.subgraphs())
    subgraphs.emplace_back(NodeIndices(subgraph.nodes.begin(), subgraph.nodes.end()),
                           subgraph.is_supported);
  return {supported, subgraphs};
}

const OnnxParser::Subgraph& get_subgraph(const OnnxParser& parser, int64_t index) {
  const auto count = static_cast<int64_t>(parser.subgraphs().size());
  if (index < 0 || index >= count)
    throw py::index_error("[onnx] subgraph: expected an index below " + std::to_string(count) +
                          ", got " + std::to_string(index) + ".");
  return parser.subgraphs()[static_cast<size_t>(index)];
}

bool load_model_proto(OnnxParser& parser, const py::buffer& model,
                      const std::optional<std::string>& path) {
  const py::buffer_info info = model.request();
  const Released released;
  return parser.load_model_proto(view(info), path.value_or(""));
}

bool load_initializer(OnnxParser& parser, const std::string& name, uintptr_t data, size_t size) {
  return parser.load_initializer(name, reinterpret_cast<const void*>(data), size);
}

bool parse_model_proto(OnnxParser& parser) {
  const Released released;
  return parser.parse_model_proto();
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
  py::bind_vector<NodeIndices>(m, "NodeIndices");
  py::bind_vector<SubGraphCollection>(m, "SubGraphCollection");
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
      .def("supports_model", &supports_model, py::arg("model"), py::arg("path") = py::none(),
           "Whether every node can be imported, and the runs of nodes between those that cannot.")
      .def("supports_model_v2", &supports_model_v2, py::arg("model"), py::arg("path") = py::none(),
           "Whether every node can be imported; subgraphs are the runs of nodes between those that "
           "cannot.")
      .def_property_readonly("num_subgraphs",
                             [](const OnnxParser& p) { return p.subgraphs().size(); })
      .def(
          "is_subgraph_supported",
          [](const OnnxParser& p, int64_t index) { return get_subgraph(p, index).is_supported; },
          py::arg("index"))
      .def(
          "get_subgraph_nodes",
          [](const OnnxParser& p, int64_t index) { return get_subgraph(p, index).nodes; },
          py::arg("index"), "The indices of the nodes in the model.")
      .def("parse_with_weight_descriptors", &parse, py::arg("model"), py::arg("path") = py::none(),
           "The same as parse.")
      .def("load_model_proto", &load_model_proto, py::arg("model"), py::arg("path") = py::none(),
           "Reads a model for parse_model_proto.")
      .def("load_initializer", &load_initializer, py::arg("name"), py::arg("data"), py::arg("size"),
           "Copies size bytes at the address data to an initializer of the model that was loaded.")
      .def("parse_model_proto", &parse_model_proto, "Parses the model that was loaded, once.")
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
