// The four kinds of failure as Python exceptions.
#include "bindings/module.h"

namespace trtlike::bindings {

void bind_errors(py::module_& m) {
  m.attr("__version__") = version();
  m.attr("tensorrt_version") = tensorrt_version();
  const auto base = py::register_exception<Error>(m, "Error", PyExc_RuntimeError);
  py::register_exception<UserError>(m, "UserError", base.ptr());
  py::register_exception<UnsupportedError>(m, "UnsupportedError", base.ptr());
  py::register_exception<PlanError>(m, "PlanError", base.ptr());
  py::register_exception<InternalError>(m, "InternalError", base.ptr());
}

}  // namespace trtlike::bindings
