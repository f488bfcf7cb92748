// Versions, facts about the machine, and the four kinds of failure as Python exceptions.
#include "bindings/module.h"

namespace trtlike::bindings {

void bind_basics(py::module_& m) {
  m.attr("__version__") = version();
  m.attr("tensorrt_version") = tensorrt_version();
  m.def("cpu_fingerprint", &cpu_fingerprint, "The CPU that timings are valid for.");
  m.def("default_num_threads", &default_num_threads, "Threads of a build and of a context.");
  m.def("environment_switches", &environment_switches,
        "Name and meaning of every environment switch.");
  const auto base = py::register_exception<Error>(m, "Error", PyExc_RuntimeError);
  py::register_exception<UserError>(m, "UserError", base.ptr());
  py::register_exception<UnsupportedError>(m, "UnsupportedError", base.ptr());
  py::register_exception<PlanError>(m, "PlanError", base.ptr());
  py::register_exception<InternalError>(m, "InternalError", base.ptr());
}

}  // namespace trtlike::bindings
