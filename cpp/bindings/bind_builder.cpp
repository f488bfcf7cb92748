// Builder.
#include "bindings/interruptible.h"
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

/// Runs what builds with the lock released.
template <typename F>
auto interruptible(BuilderConfig& config, F&& build) {
  const Interruptible interruptible(config);
  auto result = [&] {
    const Released released;
    return build();
  }();
  interruptible.raise();
  return result;
}

std::shared_ptr<HostMemory> build_network(Builder& b, const Network& n, BuilderConfig& c) {
  return interruptible(c, [&] { return b.build_serialized_network(n, c); });
}

std::shared_ptr<CudaEngine> build_engine(Builder& b, const Network& n, BuilderConfig& c) {
  return interruptible(c, [&] { return b.build_engine_with_config(n, c); });
}

py::bytes calibrate(Builder& b, const Network& n, BuilderConfig& c) {
  return interruptible(c, [&] { return b.calibrate(n, c); });
}

bool build_to_stream(Builder& b, const Network& n, BuilderConfig& c, StreamWriter& writer) {
  return interruptible(c, [&] { return b.build_serialized_network_to_stream(n, c, writer); });
}

bool is_network_supported(Builder& b, const Network& n, BuilderConfig& c) {
  return interruptible(c, [&] { return b.is_network_supported(n, c); });
}

py::dict report_dict(const Builder& b) {
  const BuildReport& r = b.report();
  py::list tactics;
  for (const TacticReport& t : r.tactics) {
    py::dict row;
    row["layer"] = t.layer;
    row["tactic"] = t.tactic;
    row["time_ms"] = t.time_ms;
    row["runner_up"] = t.runner_up;
    row["runner_up_ms"] = t.runner_up_ms;
    tactics.append(row);
  }
  py::dict out;
  out["fusions"] = r.fusions;
  out["tactics"] = tactics;
  out["layers_before"] = r.layers_before;
  out["layers_after"] = r.layers_after;
  out["measured"] = r.measured;
  out["seconds"] = r.seconds;
  return out;
}

}  // namespace

void bind_builder(py::module_& m) {
  py::class_<Builder> cls(m, "Builder", "Builds plans and engines from networks.");
  cls.def(py::init([](const py::object& logger) { return Builder(hold<Logger>(logger)); }),
          py::arg("logger"))
      .def(
          "create_network",
          [](const py::object& builder, uint32_t flags) {
            py::object network = py::cast(builder.cast<const Builder&>().create_network(flags));
            network.attr("_builder") = builder;
            return network;
          },
          py::arg("flags") = 0)
      .def("create_builder_config",
           [](const Builder&) { return std::make_shared<BuilderConfig>(); })
      .def("create_optimization_profile",
           [](const Builder&) { return std::make_shared<OptimizationProfile>(); })
      .def("build_serialized_network", &build_network, py::arg("network"), py::arg("config"),
           "The plan's bytes; None, with the reason in the log, when the build fails.")
      .def("build_engine_with_config", &build_engine, py::arg("network"), py::arg("config"))
      .def("build_serialized_network_to_stream", &build_to_stream, py::arg("network"),
           py::arg("config"), py::arg("writer"),
           "Hands the plan's bytes to an IStreamWriter. False, with the reason in the log, on "
           "failure.")
      .def("calibrate", &calibrate, py::arg("network"), py::arg("config"),
           "What a build would learn from config.int8_calibrator, as the bytes of a calibration "
           "cache; empty, with the reason in the log, on failure.")
      .def("is_network_supported", &is_network_supported, py::arg("network"), py::arg("config"))
      .def("reset", &Builder::reset)
      .def_property(
          "gpu_allocator", [](const Builder& b) { return unhold(b.gpu_allocator()); },
          [](Builder& b, const py::object& a) { b.set_gpu_allocator(hold<GpuAllocator>(a)); },
          "Where contexts of engines that this builder makes have their memory from.")
      .def_property_readonly("logger", [](const Builder& b) { return unhold(b.logger()); })
      .def_property("max_threads", &Builder::max_threads, &Builder::set_max_threads)
      .def_property_readonly("report", &report_dict,
                             "What the last build did: fusions by name, winning tactics with their "
                             "runners-up, seconds.")
      .def_property_readonly("platform_has_fast_fp16", &Builder::platform_has_fast_fp16)
      .def_property_readonly("platform_has_fast_int8", &Builder::platform_has_fast_int8)
      .def_property_readonly("platform_has_fast_bf16", &Builder::platform_has_fast_bf16)
      .def_property_readonly("platform_has_tf32", [](const Builder&) { return false; })
      .def_property_readonly("num_DLA_cores", [](const Builder&) { return 0; })
      .def_property_readonly("max_DLA_batch_size", [](const Builder&) { return 1; });
  add_error_recorder<Builder>(cls);
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
