// IBuilderConfig.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

using Config = BuilderConfig;
using ConfigClass = py::class_<Config, std::shared_ptr<Config>>;

std::shared_ptr<TimingCache> create_timing_cache(const Config& config,
                                                 const py::object& serialized) {
  const std::string bytes = py::bytes(py::module_::import("builtins").attr("bytes")(serialized));
  return config.create_timing_cache(bytes);
}

bool set_tactic_sources(Config& config, int64_t sources) {
  config.set_tactic_sources(sources);
  return true;
}

void set_monitor(Config& config, const py::object& monitor) {
  config.set_progress_monitor(hold<ProgressMonitor>(monitor));
}

void bind_quantization(ConfigClass& cls) {
  cls.def_property(
         "int8_calibrator", [](const Config& c) { return unhold(c.int8_calibrator()); },
         [](Config& c, const py::object& calibrator) {
           c.set_int8_calibrator(hold<Calibrator>(calibrator));
         })
      .def(
          "set_calibration_profile",
          [](Config& c, std::shared_ptr<OptimizationProfile> profile) {
            c.set_calibration_profile(std::move(profile));
            return true;
          },
          py::arg("profile"))
      .def("get_calibration_profile", &Config::calibration_profile)
      .def_property("quantization_flags", &Config::quantization_flags,
                    &Config::set_quantization_flags)
      .def("set_quantization_flag", &Config::set_quantization_flag, py::arg("flag"))
      .def("clear_quantization_flag", &Config::clear_quantization_flag, py::arg("flag"))
      .def("get_quantization_flag", &Config::quantization_flag, py::arg("flag"));
}

void bind_without_effect(ConfigClass& cls) {
  cls.def_property("engine_capability", &Config::engine_capability, &Config::set_engine_capability)
      .def_property("hardware_compatibility_level", &Config::hardware_compatibility_level,
                    &Config::set_hardware_compatibility_level)
      .def_property("tiling_optimization_level", &Config::tiling_optimization_level,
                    &Config::set_tiling_optimization_level)
      .def_property("default_device_type", &Config::default_device_type,
                    &Config::set_default_device_type)
      .def_property("DLA_core", &Config::dla_core, &Config::set_dla_core)
      .def("set_device_type", &Config::set_device_type, py::arg("layer"), py::arg("device_type"))
      .def("get_device_type", &Config::device_type, py::arg("layer"))
      .def("is_device_type_set", &Config::is_device_type_set, py::arg("layer"))
      .def("reset_device_type", &Config::reset_device_type, py::arg("layer"))
      .def("can_run_on_DLA", &Config::can_run_on_dla, py::arg("layer"), "False: there is no DLA.")
      .def_property("runtime_platform", &Config::runtime_platform, &Config::set_runtime_platform)
      .def_property("plugins_to_serialize", &Config::plugins_to_serialize,
                    &Config::set_plugins_to_serialize)
      .def_property("remote_auto_tuning_config", &Config::remote_auto_tuning_config,
                    &Config::set_remote_auto_tuning_config)
      .def_property("max_aux_streams", &Config::max_aux_streams, &Config::set_max_aux_streams)
      .def_property("profile_stream", &Config::profile_stream, &Config::set_profile_stream)
      .def_property("l2_limit_for_tiling", &Config::l2_limit_for_tiling,
                    &Config::set_l2_limit_for_tiling)
      .def("set_preview_feature", &Config::set_preview_feature, py::arg("feature"),
           py::arg("enable"))
      .def("get_preview_feature", &Config::preview_feature, py::arg("feature"));
}

}  // namespace

void bind_builder_config(py::module_& m) {
  ConfigClass cls(m, "IBuilderConfig", "What a build may do.");
  cls.def(py::init<>())
      .def_property("flags", &Config::flags, &Config::set_flags)
      .def("set_flag", &Config::set_flag, py::arg("flag"))
      .def("clear_flag", &Config::clear_flag, py::arg("flag"))
      .def("get_flag", &Config::flag, py::arg("flag"))
      .def("set_memory_pool_limit", &Config::set_memory_pool_limit, py::arg("pool"),
           py::arg("pool_size"))
      .def("get_memory_pool_limit", &Config::memory_pool_limit, py::arg("pool"))
      .def_property("builder_optimization_level", &Config::builder_optimization_level,
                    &Config::set_builder_optimization_level)
      .def_property("avg_timing_iterations", &Config::avg_timing_iterations,
                    &Config::set_avg_timing_iterations)
      .def_property("max_num_tactics", &Config::max_num_tactics, &Config::set_max_num_tactics)
      .def_property("num_threads", &Config::num_threads, &Config::set_num_threads,
                    "Threads that the engine is tuned for and runs on; 0: the CPUs of the process.")
      .def_property("profiling_verbosity", &Config::profiling_verbosity,
                    &Config::set_profiling_verbosity)
      .def("set_tactic_sources", &set_tactic_sources, py::arg("tactic_sources"))
      .def("get_tactic_sources", &Config::tactic_sources)
      .def("add_optimization_profile", &Config::add_optimization_profile, py::arg("profile"))
      .def_property_readonly("num_optimization_profiles", &Config::num_optimization_profiles)
      .def("create_timing_cache", &create_timing_cache, py::arg("serialized_timing_cache"))
      .def("set_timing_cache", &Config::set_timing_cache, py::arg("cache"),
           py::arg("ignore_mismatch"))
      .def("get_timing_cache", &Config::timing_cache)
      .def_property(
          "progress_monitor", [](const Config& c) { return unhold(c.progress_monitor()); },
          &set_monitor)
      .def_property(
          "algorithm_selector", [](const Config& c) { return unhold(c.algorithm_selector()); },
          [](Config& c, const py::object& selector) {
            c.set_algorithm_selector(hold<AlgorithmSelector>(selector));
          })
      .def("reset", [](Config& c) { c = Config(); });
  bind_quantization(cls);
  bind_without_effect(cls);
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
