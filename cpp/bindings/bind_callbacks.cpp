// Interfaces that Python implements: profilers, progress monitors, output allocators.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

class PyProfiler : public Profiler {
 public:
  void report_layer_time(const std::string& layer_name, float ms) noexcept override {
    guarded_callback("IProfiler.report_layer_time", [&] {
      const py::function override =
          py::get_override(static_cast<const Profiler*>(this), "report_layer_time");
      if (override) override(layer_name, ms);
    });
  }
};

/// trt.Profiler: prints each layer's time.
class PrintingProfiler : public Profiler {
 public:
  void report_layer_time(const std::string& layer_name, float ms) noexcept override {
    guarded_callback("Profiler", [&] { py::print(layer_name, ":", ms, "ms"); });
  }
};

class PyProgressMonitor : public ProgressMonitor {
 public:
  void phase_start(const std::string& phase, const std::string& parent,
                   int num_steps) noexcept override {
    guarded_callback("IProgressMonitor.phase_start", [&] {
      const py::function f = override("phase_start");
      if (f) f(phase, parent.empty() ? py::none() : py::cast(parent), num_steps);
    });
  }
  bool step_complete(const std::string& phase, int step) noexcept override {
    bool goes_on = false;
    guarded_callback("IProgressMonitor.step_complete", [&] {
      const py::function f = override("step_complete");
      goes_on = !f || py::bool_(f(phase, step));
    });
    return goes_on;
  }
  void phase_finish(const std::string& phase) noexcept override {
    guarded_callback("IProgressMonitor.phase_finish", [&] {
      const py::function f = override("phase_finish");
      if (f) f(phase);
    });
  }

 private:
  py::function override(const char* name) const {
    return py::get_override(static_cast<const ProgressMonitor*>(this), name);
  }
};

class PyOutputAllocator : public OutputAllocator {
 public:
  void* reallocate_output(const std::string& tensor, void* memory, uint64_t size,
                          uint64_t alignment) noexcept override {
    size_t address = 0;
    guarded_callback("IOutputAllocator.reallocate_output", [&] {
      const auto* self = static_cast<const OutputAllocator*>(this);
      const auto old = reinterpret_cast<size_t>(memory);
      if (const py::function f = py::get_override(self, "reallocate_output_async")) {
        address = py::int_(f(tensor, old, size, alignment, 0));
      } else if (const py::function g = py::get_override(self, "reallocate_output")) {
        address = py::int_(g(tensor, old, size, alignment));
      }
    });
    return reinterpret_cast<void*>(address);
  }
  void notify_shape(const std::string& tensor, const Dims& dims) noexcept override {
    guarded_callback("IOutputAllocator.notify_shape", [&] {
      const py::function f =
          py::get_override(static_cast<const OutputAllocator*>(this), "notify_shape");
      if (f) f(tensor, dims);
    });
  }
};

}  // namespace

void bind_callbacks(py::module_& m) {
  py::class_<Profiler, PyProfiler, std::shared_ptr<Profiler>>(
      m, "IProfiler", "Subclass and override report_layer_time(layer_name, ms).")
      .def(py::init<>())
      .def("report_layer_time", &Profiler::report_layer_time, py::arg("layer_name"), py::arg("ms"));
  py::class_<PrintingProfiler, Profiler, std::shared_ptr<PrintingProfiler>>(m, "Profiler")
      .def(py::init<>())
      .def("report_layer_time", &PrintingProfiler::report_layer_time, py::arg("layer_name"),
           py::arg("ms"));
  py::class_<ProgressMonitor, PyProgressMonitor, std::shared_ptr<ProgressMonitor>>(
      m, "IProgressMonitor",
      "Subclass and override phase_start, step_complete (False or an exception cancels) and "
      "phase_finish.")
      .def(py::init<>())
      .def("phase_start", &ProgressMonitor::phase_start, py::arg("phase_name"),
           py::arg("parent_phase"), py::arg("num_steps"))
      .def("step_complete", &ProgressMonitor::step_complete, py::arg("phase_name"), py::arg("step"))
      .def("phase_finish", &ProgressMonitor::phase_finish, py::arg("phase_name"));
  py::class_<OutputAllocator, PyOutputAllocator, std::shared_ptr<OutputAllocator>>(
      m, "IOutputAllocator",
      "Subclass and override reallocate_output(tensor_name, memory, size, alignment) -> address "
      "and "
      "notify_shape(tensor_name, shape).")
      .def(py::init<>());
}

}  // namespace trtlike::bindings
