// ILogger and the logger that prints.
#include "bindings/bind_enum.h"

namespace trtlike::bindings {
namespace {

class PyLogger : public Logger {
 public:
  void log(Severity severity, std::string_view message) noexcept override {
    guarded_callback("ILogger.log", [&] {
      const py::function override = py::get_override(static_cast<const Logger*>(this), "log");
      if (override) override(severity, message);
    });
  }
};

/// trt.Logger: prints to standard output, with a severity that can be changed.
class PrintingLogger : public Logger {
 public:
  explicit PrintingLogger(Severity min_severity) { set(min_severity); }
  void log(Severity severity, std::string_view message) noexcept override {
    logger_->log(severity, message);
  }
  Severity min_severity() const noexcept override { return logger_->min_severity(); }
  void set(Severity min_severity) { logger_ = make_console_logger(min_severity); }

 private:
  std::shared_ptr<Logger> logger_;
};

}  // namespace

void bind_logger(py::module_& m) {
  py::class_<Logger, PyLogger, std::shared_ptr<Logger>> base(
      m, "ILogger", "Subclass and override log(severity, msg) to receive every message.");
  bind_enum<Severity>(base).export_values();
  make_arithmetic(base.attr("Severity"));
  base.def(py::init<>())
      .def(
          "log",
          [](Logger& self, Severity severity, const std::string& msg) { self.log(severity, msg); },
          py::arg("severity"), py::arg("msg"));
  add_context_manager(base);
  py::class_<PrintingLogger, Logger, std::shared_ptr<PrintingLogger>>(
      m, "Logger", "Prints messages of at least min_severity to standard output.")
      .def(py::init<Severity>(), py::arg("min_severity") = Severity::Warning)
      .def_property("min_severity", &PrintingLogger::min_severity, &PrintingLogger::set)
      .def(
          "log",
          [](PrintingLogger& self, Severity severity, const std::string& msg) {
            self.log(severity, msg);
          },
          py::arg("severity"), py::arg("msg"));
}

}  // namespace trtlike::bindings
