// IInt8Calibrator and its kinds, which Python subclasses.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

template <typename F>
void call_calibrator(const char* where, F&& call) {
  ending_callback("calibration", where, std::forward<F>(call));
}

/// The element type of an array; TypeError for those that no tensor has.
DataType type_of(const py::array& array) {
  for (const auto& [name, type] : enum_entries<DataType>()) {
    try {
      if (elements_in_byte(type) == 1 && array.dtype().equal(numpy_dtype(type))) return type;
    } catch (const py::type_error&) {
      continue;
    }
  }
  throw py::type_error("expected an array of numbers that tensors hold, got one of " +
                       std::string(py::str(array.dtype())));
}

CalibrationTensor tensor_of(const py::handle& given) {
  CalibrationTensor out;
  if (py::hasattr(given, "__array_interface__") || py::hasattr(given, "__array__")) {
    const py::array array = py::module_::import("numpy").attr("ascontiguousarray")(given);
    out.dtype = type_of(array);
    Dims shape;
    for (py::ssize_t axis = 0; axis < array.ndim(); ++axis) shape.push_back(array.shape(axis));
    // ascontiguousarray makes a vector of what has no axis.
    if (py::cast<int>(py::module_::import("numpy").attr("ndim")(given)) == 0) shape = Dims();
    out.shape = shape;
    out.address = array.data();
    out.owner = keep_with<const void>(out.address, array);
    return out;
  }
  if (PyFloat_Check(given.ptr()) || PyNumber_Check(given.ptr()) == 0)
    throw py::type_error("expected addresses or arrays, got " +
                         std::string(py::str(py::type::of(given).attr("__name__"))));
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Long(given.ptr()));
  if (!number) throw py::error_already_set();
  out.address = PyLong_AsVoidPtr(number.ptr());
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  return out;
}

/// One tensor an input, by order or by name.
std::vector<CalibrationTensor> tensors_of(const std::vector<std::string>& names,
                                          const py::object& batch) {
  std::vector<CalibrationTensor> out;
  if (py::isinstance<py::dict>(batch)) {
    for (const std::string& name : names) {
      if (!batch.contains(name))
        throw py::key_error("expected an entry for the input '" + name + "'");
      out.push_back(tensor_of(batch[py::str(name)]));
    }
    return out;
  }
  if (py::isinstance<py::array>(batch)) return {tensor_of(batch)};
  for (const py::handle item : batch) out.push_back(tensor_of(item));
  return out;
}

std::string text_of(const py::object& cache) {
  if (cache.is_none()) return {};
  if (py::isinstance<py::str>(cache)) return py::cast<std::string>(cache);
  return py::bytes(py::module_::import("builtins").attr("bytes")(cache));
}

/// What IInt8Calibrator shows of C++'s Calibrator; `kAlgorithm` is that of the subclass.
template <CalibrationAlgoType kAlgorithm>
class PyCalibrator : public Calibrator {
 public:
  CalibrationAlgoType algorithm() const override {
    CalibrationAlgoType out = kAlgorithm;
    call_calibrator("get_algorithm", [&] {
      if (const py::function f = override("get_algorithm"))
        out = py::cast<CalibrationAlgoType>(f());
    });
    return out;
  }
  CalibrationMethod method() const override {
    CalibrationMethod out = Calibrator::method();
    call_calibrator("method", [&] {
      const py::object name = py::getattr(self(), "method", py::none());
      if (!name.is_none()) out = py::cast<CalibrationMethod>(name);
    });
    return out;
  }
  int batch_size() override {
    int out = 1;
    call_calibrator("get_batch_size", [&] { out = py::cast<int>(required("get_batch_size")()); });
    return out;
  }
  bool get_batch(const std::vector<std::string>& names,
                 std::vector<CalibrationTensor>& tensors) override {
    call_calibrator("get_batch", [&] {
      const py::object batch = required("get_batch")(names);
      if (!batch.is_none()) tensors = tensors_of(names, batch);
    });
    return !tensors.empty();
  }
  std::string read_calibration_cache() override { return read("read_calibration_cache"); }
  void write_calibration_cache(std::string_view cache) override {
    write("write_calibration_cache", cache);
  }
  std::string read_histogram_cache() override { return read("read_histogram_cache"); }
  void write_histogram_cache(std::string_view cache) override {
    write("write_histogram_cache", cache);
  }
  double quantile() override { return number("get_quantile", "quantile", Calibrator::quantile()); }
  double regression_cutoff() override {
    return number("get_regression_cutoff", "regression_cutoff", Calibrator::regression_cutoff());
  }

 private:
  /// Python's object is one of the subclass, or of IInt8Calibrator itself.
  py::function override(const char* name) const {
    const py::function found = py::get_override(this, name);
    return found ? found : py::get_override(static_cast<const Calibrator*>(this), name);
  }
  py::object self() const { return py::cast(static_cast<const Calibrator*>(this)); }
  py::function required(const char* name) const {
    py::function f = override(name);
    if (!f) throw py::type_error("expected the calibrator to define it, got none");
    return f;
  }
  std::string read(const char* name) {
    std::string out;
    call_calibrator(name, [&] {
      if (const py::function f = override(name)) out = text_of(f());
    });
    return out;
  }
  void write(const char* name, std::string_view cache) {
    call_calibrator(name, [&] {
      if (const py::function f = override(name))
        f(py::memoryview(py::bytes(cache.data(), cache.size())));
    });
  }
  /// TensorRT's getter, or a property of the same meaning.
  double number(const char* getter, const char* property, double otherwise) {
    double out = otherwise;
    call_calibrator(property, [&] {
      const py::object found = py::getattr(self(), getter, py::none());
      if (!found.is_none()) {
        out = py::cast<double>(found());
      } else if (const py::object value = py::getattr(self(), property, py::none());
                 !value.is_none()) {
        out = py::cast<double>(value);
      }
    });
    return out;
  }
};

constexpr char kDoc[] =
    "Subclass it and define get_batch_size() and get_batch(names), which returns one address or "
    "array for each name (or a dict of them by name), or None after the last batch; "
    "read_calibration_cache() and write_calibration_cache(cache) keep the result. An attribute "
    "`method` (CalibrationMethod) chooses ranges in another way than the class stands for.";

template <CalibrationAlgoType kAlgorithm>
void bind_kind(py::module_& m, const char* name) {
  using Kind = PyCalibrator<kAlgorithm>;
  py::class_<Kind, Calibrator, std::shared_ptr<Kind>>(m, name, kDoc)
      .def(py::init<>())
      .def("get_algorithm", [](const Kind&) { return kAlgorithm; });
}

}  // namespace

void bind_calibrators(py::module_& m) {
  py::class_<Calibrator, std::shared_ptr<Calibrator>>(m, "IInt8Calibrator", kDoc)
      .def(py::init([] {
        return std::make_shared<PyCalibrator<CalibrationAlgoType::EntropyCalibration2>>();
      }))
      .def("read_calibration_cache", [](Calibrator&) { return py::none(); })
      .def("write_calibration_cache", [](Calibrator&, const py::object&) {}, py::arg("cache"));
  bind_kind<CalibrationAlgoType::EntropyCalibration2>(m, "IInt8EntropyCalibrator2");
  bind_kind<CalibrationAlgoType::EntropyCalibration>(m, "IInt8EntropyCalibrator");
  bind_kind<CalibrationAlgoType::MinMaxCalibration>(m, "IInt8MinMaxCalibrator");
  bind_kind<CalibrationAlgoType::LegacyCalibration>(m, "IInt8LegacyCalibrator");
}

}  // namespace trtlike::bindings
