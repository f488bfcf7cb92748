// Versions, facts about the machine, and the four kinds of failure as Python exceptions.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

/// The Python classes of our failures; they live as long as the process.
struct ErrorTypes {
  PyObject *base, *user, *unsupported, *plan, *internal;
};
ErrorTypes error_types{};

void raise(PyObject* type, const std::string& sentence) {
  PyErr_SetObject(type, py::cast(sentence).ptr());
}

/// One place for all that C++ throws, so that sentences may quote names of any bytes and nobody
/// sees what the standard library says to itself.
void translate(std::exception_ptr failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const UserError& e) {
    raise(error_types.user, e.what());
  } catch (const UnsupportedError& e) {
    raise(error_types.unsupported, e.what());
  } catch (const PlanError& e) {
    raise(error_types.plan, e.what());
  } catch (const InternalError& e) {
    raise(error_types.internal, e.what());
  } catch (const Error& e) {
    raise(error_types.base, e.what());
  } catch (const std::bad_alloc&) {
    raise(PyExc_MemoryError, "[core] memory: expected as much as was asked for, got less.");
  } catch (const std::length_error&) {
    raise(PyExc_MemoryError, "[core] memory: expected as much as was asked for, got less.");
  } catch (const std::out_of_range& e) {
    raise(error_types.internal,
          std::string("[internal] index: expected one inside its range, got: ") + e.what() +
              ". This is a bug in trtlike; please report it.");
  }
}

PyObject* add_error(py::module_& m, const char* name, PyObject* base) {
  const std::string full = std::string("trtlike._trtlike.") + name;
  PyObject* type = PyErr_NewException(full.c_str(), base, nullptr);
  m.attr(name) = py::reinterpret_borrow<py::object>(type);
  return type;
}

void bind_errors(py::module_& m) {
  error_types.base = add_error(m, "Error", PyExc_RuntimeError);
  error_types.user = add_error(m, "UserError", error_types.base);
  error_types.unsupported = add_error(m, "UnsupportedError", error_types.base);
  error_types.plan = add_error(m, "PlanError", error_types.base);
  error_types.internal = add_error(m, "InternalError", error_types.base);
  py::register_exception_translator(&translate);
}

}  // namespace

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
  bind_errors(m);
}

}  // namespace trtlike::bindings
