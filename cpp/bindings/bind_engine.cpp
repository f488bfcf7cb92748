// ICudaEngine and EngineInspector.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

using EnginePtr = std::shared_ptr<CudaEngine>;
using ContextPtr = std::shared_ptr<ExecutionContext>;

struct EngineInspector {
  EnginePtr engine;
  ContextPtr context;

  const std::shared_ptr<ErrorRecorder>& error_recorder() const { return engine->error_recorder(); }
  void set_error_recorder(std::shared_ptr<ErrorRecorder> recorder) {
    engine->set_error_recorder(std::move(recorder));
  }
};

ContextPtr create_context(const EnginePtr& engine, ExecutionContextAllocationStrategy strategy) {
  return engine->create_execution_context(engine, strategy);
}

ContextPtr create_configured_context(const EnginePtr& engine, const RuntimeConfig* config) {
  return config == nullptr ? engine->create_execution_context(engine)
                           : engine->create_execution_context(engine, *config);
}

/// set_device_memory gives it some.
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
      .def("is_debug_tensor", &CudaEngine::is_debug_tensor, py::arg("name"),
           "True for tensors that network.mark_debug marked.")
      .def("is_shape_inference_io", &CudaEngine::is_shape_inference_io, py::arg("name"))
      .def("get_tensor_profile_shape", &profile_shape, py::arg("name"), py::arg("profile_index"))
      .def("get_tensor_profile_values", &profile_values, py::arg("name"), py::arg("profile_index"));
}

/// The question as it is and with a profile, of which formats do not depend here.
template <typename Ask>
void def_of_profile(py::class_<CudaEngine, EnginePtr>& cls, const char* name, Ask ask) {
  cls.def(name, ask, py::arg("name"));
  cls.def(
      name, [ask](const CudaEngine& e, const std::string& tensor, int) { return ask(e, tensor); },
      py::arg("name"), py::arg("profile_index"));
}

void bind_formats(py::class_<CudaEngine, EnginePtr>& cls) {
  def_of_profile(cls, "get_tensor_format", [](const CudaEngine& e, const std::string& name) {
    return e.tensor_format(name);
  });
  def_of_profile(cls, "get_tensor_format_desc", [](const CudaEngine& e, const std::string& name) {
    return e.tensor_format_desc(name);
  });
  // No format here makes vectors of elements.
  for (const char* question : {"get_tensor_bytes_per_component",
                               "get_tensor_components_per_element", "get_tensor_vectorized_dim"})
    def_of_profile(cls, question, [](const CudaEngine&, const std::string&) { return -1; });
}

void bind_weight_streaming(py::class_<CudaEngine, EnginePtr>& cls) {
  const auto set_budget = [](CudaEngine& e, int64_t bytes) {
    e.set_weight_streaming_budget(bytes);
  };
  cls.def_property_readonly("weights_size", &CudaEngine::weights_size)
      .def_property_readonly("streamable_weights_size", &CudaEngine::streamable_weights_size,
                             "Bytes of weights whose pages can be given back: those of a plan file "
                             "that load_engine_file maps.")
      .def_property("weight_streaming_budget", &CudaEngine::weight_streaming_budget, set_budget)
      .def_property("weight_streaming_budget_v2", &CudaEngine::weight_streaming_budget, set_budget,
                    "Bytes of streamable weights that stay in memory between runs; what is more is "
                    "read from the file again.")
      .def_property_readonly("minimum_weight_streaming_budget", [](const CudaEngine&) { return 0; })
      .def("get_weight_streaming_automatic_budget", &CudaEngine::weight_streaming_automatic_budget,
           "What the machine has room for now.")
      .def_property_readonly("weight_streaming_scratch_memory_size",
                             [](const CudaEngine&) { return 0; })
      .def("get_engine_stat", &CudaEngine::stat, py::arg("stat") = EngineStat::TotalWeightsSize);
}

void bind_serialization(py::module_& m) {
  const auto change = [](bool set) {
    return [set](SerializationConfig& c, SerializationFlag flag) {
      set ? c.set_flag(flag) : c.clear_flag(flag);
      return true;
    };
  };
  py::class_<SerializationConfig, std::shared_ptr<SerializationConfig>>(
      m, "ISerializationConfig", "What of an engine goes into its bytes.")
      .def_property("flags", &SerializationConfig::flags, &SerializationConfig::set_flags)
      .def("set_flag", change(true), py::arg("flag"))
      .def("clear_flag", change(false), py::arg("flag"))
      .def("get_flag", &SerializationConfig::flag, py::arg("flag"));
}

std::string layer_information(const EngineInspector& i, int layer_index,
                              LayerInformationFormat format) {
  return i.engine->layer_information(layer_index, format, i.context.get());
}

std::string engine_information(const EngineInspector& i, LayerInformationFormat format) {
  return i.engine->engine_information(format, i.context.get());
}

void bind_inspector(py::module_& m) {
  py::class_<EngineInspector> cls(m, "EngineInspector",
                                  "Layers of an engine as JSON or one line of text.");
  add_error_recorder<EngineInspector>(cls);
  cls.def_readwrite("execution_context", &EngineInspector::context)
      .def("get_layer_information", &layer_information, py::arg("layer_index"), py::arg("format"))
      .def("get_engine_information", &engine_information, py::arg("format"));
}

void bind_runtime_config(py::module_& m) {
  py::class_<RuntimeConfig>(m, "IRuntimeConfig", "How contexts are made.")
      .def("set_execution_context_allocation_strategy",
           &RuntimeConfig::set_execution_context_allocation_strategy,
           py::arg("strategy") = ExecutionContextAllocationStrategy::Static)
      .def("get_execution_context_allocation_strategy",
           &RuntimeConfig::execution_context_allocation_strategy);
}

}  // namespace

void bind_engine(py::module_& m) {
  bind_runtime_config(m);
  py::class_<CudaEngine, EnginePtr> cls(m, "ICudaEngine",
                                        "A loaded plan. Safe to use from several threads.");
  py::class_<ExecutionContext, ContextPtr>(
      m, "IExecutionContext", py::dynamic_attr(),
      "One running instance of an engine; belongs to one thread at a time.");
  bind_serialization(m);
  bind_inspector(m);
  bind_tensors(cls);
  bind_formats(cls);
  bind_weight_streaming(cls);
  add_error_recorder<CudaEngine>(cls);
  cls.def_property_readonly("name", &CudaEngine::name)
      .def_property_readonly("num_layers", &CudaEngine::num_layers)
      .def_property_readonly("num_optimization_profiles", &CudaEngine::num_optimization_profiles)
      .def_property_readonly("device_memory_size", &CudaEngine::device_memory_size)
      .def_property_readonly("device_memory_size_v2", &CudaEngine::device_memory_size)
      .def("get_device_memory_size_for_profile", &CudaEngine::device_memory_size_for_profile,
           py::arg("profile_index"))
      .def("get_device_memory_size_for_profile_v2", &CudaEngine::device_memory_size_for_profile,
           py::arg("profile_index"))
      .def_property_readonly("tactic_sources", &CudaEngine::tactic_sources,
                             "Bits of TacticSource: where its layers' tactics come from.")
      .def_property_readonly("profiling_verbosity", &CudaEngine::profiling_verbosity)
      .def_property_readonly("refittable", &CudaEngine::refittable)
      .def_property_readonly("num_aux_streams", [](const CudaEngine&) { return 0; })
      .def_property_readonly("engine_capability",
                             [](const CudaEngine&) { return EngineCapability::Standard; })
      .def_property_readonly("hardware_compatibility_level",
                             [](const CudaEngine&) { return HardwareCompatibilityLevel::None; })
      .def_property_readonly("has_implicit_batch_dimension",
                             [](const CudaEngine&) { return false; })
      .def("_log_error",
           [](const CudaEngine& e, const std::string& sentence) {
             if (e.logger() != nullptr) e.logger()->log(Severity::Error, sentence);
           })
      .def("serialize", &CudaEngine::serialize)
      .def("create_serialization_config", &CudaEngine::create_serialization_config)
      .def("serialize_with_config", &CudaEngine::serialize_with_config, py::arg("config"),
           "Without the weights that can be refitted where EXCLUDE_WEIGHTS is set; with them the "
           "engine can be refitted again where INCLUDE_REFIT is.")
      .def("create_execution_context", &create_context,
           py::arg("strategy") = ExecutionContextAllocationStrategy::Static,
           py::call_guard<Released>())
      .def("create_execution_context", &create_configured_context,
           py::arg("runtime_config").none(true) = nullptr, py::call_guard<Released>())
      .def(
          "create_runtime_config", [](const CudaEngine&) { return RuntimeConfig(); },
          "How contexts are made.")
      .def("create_execution_context_without_device_memory", &create_context_without_memory,
           py::call_guard<Released>())
      .def("create_engine_inspector",
           [](const EnginePtr& e) { return EngineInspector{e, nullptr}; });
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
