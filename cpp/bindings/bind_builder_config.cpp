// IBuilderConfig.
#include "bindings/enums.h"
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

/// The configuration with the Python object that it was given.
struct PyBuilderConfig : BuilderConfig {
  py::object monitor = py::none();
};

std::shared_ptr<TimingCache> create_timing_cache(const BuilderConfig&,
                                                 const py::object& serialized) {
  const std::string bytes = py::bytes(py::module_::import("builtins").attr("bytes")(serialized));
  return std::make_shared<TimingCache>(std::string_view(bytes));
}

bool set_timing_cache(BuilderConfig& config, const std::shared_ptr<TimingCache>& cache,
                      bool ignore_mismatch) {
  if (cache == nullptr) {
    config.timing_cache = nullptr;
    return true;
  }
  if (!ignore_mismatch && cache->fingerprint() != TimingCache().fingerprint()) return false;
  config.timing_cache = cache;
  return true;
}

void set_memory_pool_limit(BuilderConfig& config, MemoryPoolType pool, int64_t pool_size) {
  if (pool_size < 0)
    throw py::value_error(
        "[builder] memory pool limit: expected at least 0 bytes, got a negative number.");
  if (static_cast<int>(pool) == 0) {
    config.workspace_limit = pool_size;
  } else {
    config.other_pool_limits[static_cast<int>(pool)] = pool_size;
  }
}

int64_t get_memory_pool_limit(const BuilderConfig& config, MemoryPoolType pool) {
  if (static_cast<int>(pool) == 0) return config.workspace_limit;
  const auto found = config.other_pool_limits.find(static_cast<int>(pool));
  return found == config.other_pool_limits.end() ? 0 : found->second;
}

int add_profile(BuilderConfig& config, const std::shared_ptr<OptimizationProfile>& profile) {
  config.profiles.push_back(profile);
  return static_cast<int>(config.profiles.size()) - 1;
}

void set_level(BuilderConfig& config, int level) {
  if (level < 0 || level > 5)
    throw py::value_error("[builder] builder_optimization_level: expected 0 to 5, got " +
                          std::to_string(level) + ".");
  config.builder_optimization_level = level;
}

void set_preview(PyBuilderConfig& config, PreviewFeature feature, bool enable) {
  const uint32_t bit = 1u << static_cast<int>(feature);
  config.preview_features = enable ? config.preview_features | bit : config.preview_features & ~bit;
}

void set_monitor(PyBuilderConfig& config, const py::object& monitor) {
  config.progress_monitor = hold<ProgressMonitor>(monitor);
  config.monitor = monitor;
}

using ConfigClass = py::class_<BuilderConfig, std::shared_ptr<BuilderConfig>>;
using PyConfigClass = py::class_<PyBuilderConfig, BuilderConfig, std::shared_ptr<PyBuilderConfig>>;

template <typename E>
void def_enum(PyConfigClass& cls, const char* name, int32_t BuilderConfig::*field) {
  cls.def_property(
      name, [field](const PyBuilderConfig& c) { return static_cast<E>(c.*field); },
      [field](PyBuilderConfig& c, E value) { c.*field = static_cast<int32_t>(value); });
}

void bind_without_effect(PyConfigClass& cls) {
  def_enum<EngineCapability>(cls, "engine_capability", &BuilderConfig::engine_capability);
  def_enum<HardwareCompatibilityLevel>(cls, "hardware_compatibility_level",
                                       &BuilderConfig::hardware_compatibility_level);
  def_enum<TilingOptimizationLevel>(cls, "tiling_optimization_level",
                                    &BuilderConfig::tiling_optimization_level);
  def_enum<DeviceType>(cls, "default_device_type", &BuilderConfig::default_device_type);
  cls.def_readwrite("DLA_core", &PyBuilderConfig::dla_core)
      .def_readwrite("max_aux_streams", &PyBuilderConfig::max_aux_streams)
      .def_readwrite("profile_stream", &PyBuilderConfig::profile_stream)
      .def_readwrite("l2_limit_for_tiling", &PyBuilderConfig::l2_limit_for_tiling)
      .def("set_preview_feature", &set_preview, py::arg("feature"), py::arg("enable"))
      .def(
          "get_preview_feature",
          [](const PyBuilderConfig& c, PreviewFeature f) {
            return ((c.preview_features >> static_cast<int>(f)) & 1u) != 0;
          },
          py::arg("feature"));
}

}  // namespace

py::object make_builder_config() { return py::cast(std::make_shared<PyBuilderConfig>()); }

void bind_builder_config(py::module_& m) {
  ConfigClass base(m, "_BuilderConfig");
  PyConfigClass cls(m, "IBuilderConfig", "What a build may do.");
  cls.def(py::init<>())
      .def_readwrite("flags", &PyBuilderConfig::flags)
      .def("set_flag", &BuilderConfig::set_flag, py::arg("flag"))
      .def("clear_flag", &BuilderConfig::clear_flag, py::arg("flag"))
      .def("get_flag", &BuilderConfig::flag, py::arg("flag"))
      .def("set_memory_pool_limit", &set_memory_pool_limit, py::arg("pool"), py::arg("pool_size"))
      .def("get_memory_pool_limit", &get_memory_pool_limit, py::arg("pool"))
      .def_property(
          "builder_optimization_level",
          [](const PyBuilderConfig& c) { return c.builder_optimization_level; }, &set_level)
      .def_readwrite("avg_timing_iterations", &PyBuilderConfig::avg_timing_iterations)
      .def_readwrite("max_num_tactics", &PyBuilderConfig::max_num_tactics)
      .def_readwrite(
          "num_threads", &PyBuilderConfig::num_threads,
          "Threads that the engine is tuned for and runs on; 0: the CPUs of the process.")
      .def_readwrite("profiling_verbosity", &PyBuilderConfig::profiling_verbosity)
      .def(
          "set_tactic_sources",
          [](PyBuilderConfig& c, int64_t sources) {
            c.tactic_sources = sources;
            return true;
          },
          py::arg("tactic_sources"))
      .def("get_tactic_sources", [](const PyBuilderConfig& c) { return c.tactic_sources & 0xff; })
      .def("add_optimization_profile", &add_profile, py::arg("profile"))
      .def_property_readonly("num_optimization_profiles",
                             [](const PyBuilderConfig& c) { return c.profiles.size(); })
      .def("create_timing_cache", &create_timing_cache, py::arg("serialized_timing_cache"))
      .def("set_timing_cache", &set_timing_cache, py::arg("cache"), py::arg("ignore_mismatch"))
      .def("get_timing_cache", [](const PyBuilderConfig& c) { return c.timing_cache; })
      .def_property(
          "progress_monitor", [](const PyBuilderConfig& c) { return c.monitor; }, &set_monitor)
      .def("reset", [](PyBuilderConfig& c) { c = PyBuilderConfig(); });
  bind_without_effect(cls);
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
