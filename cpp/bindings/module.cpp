// The extension module: its parts, in the order in which they need each other.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

/// pybind11 asks for memory here when a method gets an object whose __init__ did not run.
void* refuse_unmade(size_t) {
  throw py::type_error(
      "[bindings] object: expected one that its class or another object has made, got one that "
      "__new__ alone has.");
}

void refuse_unmade_objects(const py::object& scope) {
  const py::handle metaclass(
      reinterpret_cast<PyObject*>(py::detail::get_internals().default_metaclass));
  for (const auto& [name, value] : py::dict(scope.attr("__dict__"))) {
    if (!py::type::of(value).is(metaclass)) continue;
    const auto type = py::reinterpret_borrow<py::object>(value);
    py::detail::get_type_info(reinterpret_cast<PyTypeObject*>(type.ptr()))->operator_new =
        &refuse_unmade;
    refuse_unmade_objects(type);
  }
}

}  // namespace
}  // namespace trtlike::bindings

PYBIND11_MODULE(_trtlike, m) {
  using namespace trtlike::bindings;
  // A CPU that cannot run this, or a limit that is none, fails the import with its sentence.
  trtlike::cpu_fingerprint();
  m.doc() = "The compiled part of trtlike: TensorRT's API on the CPU.";
  connect_interpreter();
  bind_basics(m);
  bind_enums(m);
  bind_types(m);
  bind_host_memory(m);
  bind_logger(m);
  bind_callbacks(m);
  bind_interfaces(m);
  bind_tensors(m);
  bind_layers(m);
  bind_network(m);
  bind_profile(m);
  bind_timing_cache(m);
  bind_calibrators(m);
  bind_algorithm_selector(m);
  bind_engine(m);
  bind_execution_context(m);
  bind_infer(m);
  bind_builder_config(m);
  bind_builder(m);
  bind_onnx_parser(m);
  bind_runtime(m);
  bind_refitter(m);
  refuse_unmade_objects(m);
}
