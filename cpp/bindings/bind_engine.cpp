// ICudaEngine and EngineInspector.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

using EnginePtr = std::shared_ptr<CudaEngine>;
using ContextPtr = std::shared_ptr<ExecutionContext>;

struct EngineInspector {
  EnginePtr engine;
  ContextPtr context;
};

ContextPtr create_context(const EnginePtr& engine, ExecutionContextAllocationStrategy strategy) {
  return engine->create_execution_context(engine, strategy);
}

/// What the caller would manage is the context's own.
ContextPtr create_context_without_memory(const EnginePtr& engine) {
  return engine->create_execution_context(engine, ExecutionContextAllocationStrategy::UserManaged);
}

std::string engine_item(const CudaEngine& e, int64_t index) {
  if (index < 0 || index >= e.num_io_tensors())
    throw py::index_error("[engine] tensor index: expected one below " +
                          std::to_string(e.num_io_tensors()) + ", got " + std::to_string(index) +
                          ".");
  return e.tensor_name(static_cast<int>(index));
}

std::vector<Dims> profile_shape(const CudaEngine& e, const std::string& name, int profile_index) {
  const auto range = e.tensor_profile_shape(name, profile_index);
  return {range.begin(), range.end()};
}

std::vector<std::vector<int64_t>> profile_values(const CudaEngine& e, const std::string& name,
                                                 int profile_index) {
  const auto range = e.tensor_profile_values(name, profile_index);
  return {range.begin(), range.end()};
}

void bind_tensors(py::class_<CudaEngine, EnginePtr>& cls) {
  cls.def_property_readonly("num_io_tensors", &CudaEngine::num_io_tensors)
      .def("__getitem__", &engine_item, py::arg("index"))
      .def("get_tensor_name", &engine_item, py::arg("index"))
      .def("get_tensor_mode", &CudaEngine::tensor_mode, py::arg("name"))
      .def("get_tensor_shape", &CudaEngine::tensor_shape, py::arg("name"))
      .def("get_tensor_dtype", &CudaEngine::tensor_dtype, py::arg("name"))
      .def("get_tensor_location", &CudaEngine::tensor_location, py::arg("name"))
      .def("get_tensor_format", &CudaEngine::tensor_format, py::arg("name"))
      .def("get_tensor_format_desc", &CudaEngine::tensor_format_desc, py::arg("name"))
      .def(
          "get_tensor_bytes_per_component",
          [](const CudaEngine&, const std::string&) { return -1; }, py::arg("name"))
      .def(
          "get_tensor_components_per_element",
          [](const CudaEngine&, const std::string&) { return -1; }, py::arg("name"))
      .def(
          "get_tensor_vectorized_dim", [](const CudaEngine&, const std::string&) { return -1; },
          py::arg("name"))
      .def("is_shape_inference_io", &CudaEngine::is_shape_inference_io, py::arg("name"))
      .def("get_tensor_profile_shape", &profile_shape, py::arg("name"), py::arg("profile_index"))
      .def("get_tensor_profile_values", &profile_values, py::arg("name"), py::arg("profile_index"));
}

std::string layer_information(const EngineInspector& i, int layer_index,
                              LayerInformationFormat format) {
  return i.engine->layer_information(layer_index, format, i.context.get());
}

std::string engine_information(const EngineInspector& i, LayerInformationFormat format) {
  return i.engine->engine_information(format, i.context.get());
}

void bind_inspector(py::module_& m) {
  py::class_<EngineInspector>(m, "EngineInspector",
                              "Layers of an engine as JSON or one line of text.")
      .def_readwrite("execution_context", &EngineInspector::context)
      .def("get_layer_information", &layer_information, py::arg("layer_index"), py::arg("format"))
      .def("get_engine_information", &engine_information, py::arg("format"));
}

}  // namespace

void bind_engine(py::module_& m) {
  py::class_<CudaEngine, EnginePtr> cls(m, "ICudaEngine",
                                        "A loaded plan. Safe to use from several threads.");
  py::class_<ExecutionContext, ContextPtr>(
      m, "IExecutionContext", py::dynamic_attr(),
      "One running instance of an engine; belongs to one thread at a time.");
  bind_inspector(m);
  bind_tensors(cls);
  cls.def_property_readonly("name", &CudaEngine::name)
      .def_property_readonly("num_layers", &CudaEngine::num_layers)
      .def_property_readonly("num_optimization_profiles", &CudaEngine::num_optimization_profiles)
      .def_property_readonly("device_memory_size", &CudaEngine::device_memory_size)
      .def_property_readonly("device_memory_size_v2", &CudaEngine::device_memory_size)
      .def("get_device_memory_size_for_profile", &CudaEngine::device_memory_size_for_profile,
           py::arg("profile_index"))
      .def("get_device_memory_size_for_profile_v2", &CudaEngine::device_memory_size_for_profile,
           py::arg("profile_index"))
      .def_property_readonly("weights_size", &CudaEngine::weights_size)
      .def_property_readonly("streamable_weights_size", &CudaEngine::weights_size)
      .def_property_readonly("profiling_verbosity", &CudaEngine::profiling_verbosity)
      .def_property_readonly("refittable", [](const CudaEngine&) { return false; })
      .def_property_readonly("num_aux_streams", [](const CudaEngine&) { return 0; })
      .def_property_readonly("engine_capability",
                             [](const CudaEngine&) { return EngineCapability::Standard; })
      .def_property_readonly("hardware_compatibility_level",
                             [](const CudaEngine&) { return HardwareCompatibilityLevel::None; })
      .def_property_readonly("has_implicit_batch_dimension",
                             [](const CudaEngine&) { return false; })
      .def("serialize", &CudaEngine::serialize)
      .def("create_execution_context", &create_context,
           py::arg("strategy") = ExecutionContextAllocationStrategy::Static,
           py::call_guard<Released>())
      .def("create_execution_context_without_device_memory", &create_context_without_memory,
           py::call_guard<Released>())
      .def("create_engine_inspector",
           [](const EnginePtr& e) { return EngineInspector{e, nullptr}; });
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
