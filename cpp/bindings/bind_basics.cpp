// Versions, facts about the machine, and the four kinds of failure as Python exceptions.
#include "bindings/module.h"

namespace trtlike::bindings {

void bind_basics(py::module_& m) {
  m.attr("__version__") = tensorrt_version();
  m.attr("__trtlike_version__") = version();
  m.attr("tensorrt_version") = tensorrt_version();
  m.def(
      "init_libnvinfer_plugins", [](const py::object&, const std::string&) { return true; },
      py::arg("logger"), py::arg("namespace"),
      "True: there is no library of plugins that would have to be loaded.");
  m.def("cpu_fingerprint", &cpu_fingerprint, "The CPU that timings are valid for.");
  m.def("default_num_threads", &default_num_threads, "Threads of a build and of a context.");
  py::class_<MachinePeaks>(m, "MachinePeaks", "What threads reach together in measured loops.")
      .def_readonly("threads", &MachinePeaks::threads)
      .def_readonly("fp32_operations_per_s", &MachinePeaks::fp32_operations_per_s,
                    "Multiplications and additions of floats.")
      .def_readonly("bf16_operations_per_s", &MachinePeaks::bf16_operations_per_s,
                    "The same on pairs of bfloat16; 0 where the CPU has no such instruction.")
      .def_readonly("read_bytes_per_s", &MachinePeaks::read_bytes_per_s,
                    "Reading more memory than caches hold.");
  m.def("measure_peaks", &measure_peaks, py::arg("threads") = 0, py::call_guard<Released>(),
        "Measures the machine for about a quarter of a second; 0 threads: as many as a context "
        "takes.");
  m.def("environment_switches", &environment_switches,
        "Name and meaning of every environment switch.");
  const auto base = py::register_exception<Error>(m, "Error", PyExc_RuntimeError);
  py::register_exception<UserError>(m, "UserError", base.ptr());
  py::register_exception<UnsupportedError>(m, "UnsupportedError", base.ptr());
  py::register_exception<PlanError>(m, "PlanError", base.ptr());
  py::register_exception<InternalError>(m, "InternalError", base.ptr());
}

}  // namespace trtlike::bindings
