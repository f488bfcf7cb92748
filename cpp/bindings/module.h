// What the parts of the extension module share: one bind function a concept, and the ownership
// helpers.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bindings/interpreter.h"
#include "trtlike/trtlike.h"

/// Every C++ string on its way to Python: names come from files that may hold any bytes, and those
/// that are no UTF-8 are shown as \xNN.
namespace pybind11::detail {
template <>
inline handle string_caster<std::string, false>::decode_utfN(const char* bytes, ssize_t count) {
  return PyUnicode_DecodeUTF8(bytes, count, "backslashreplace");
}
template <>
inline handle string_caster<std::string_view, true>::decode_utfN(const char* bytes, ssize_t count) {
  return PyUnicode_DecodeUTF8(bytes, count, "backslashreplace");
}
}  // namespace pybind11::detail

namespace trtlike::bindings {

namespace py = pybind11;

void bind_basics(py::module_& m);
void bind_enums(py::module_& m);
void bind_types(py::module_& m);
void bind_host_memory(py::module_& m);
void bind_logger(py::module_& m);
void bind_callbacks(py::module_& m);
void bind_interfaces(py::module_& m);
void bind_tensors(py::module_& m);
void bind_layers(py::module_& m);
void bind_network(py::module_& m);
void bind_profile(py::module_& m);
void bind_timing_cache(py::module_& m);
void bind_calibrators(py::module_& m);
void bind_algorithm_selector(py::module_& m);
void bind_builder_config(py::module_& m);
void bind_builder(py::module_& m);
void bind_onnx_parser(py::module_& m);
void bind_runtime(py::module_& m);
void bind_engine(py::module_& m);
void bind_execution_context(py::module_& m);
void bind_infer(py::module_& m);
void bind_refitter(py::module_& m);

/// A C++ handle on a Python object that implements T: the object lives as long as the handle. Null
/// for None; TypeError for what is no T.
template <typename T>
std::shared_ptr<T> hold(const py::object& object) {
  if (object.is_none()) return nullptr;
  if (!py::isinstance<T>(object))
    throw py::type_error("[bindings] argument: expected a " +
                         std::string(py::str(py::type::of<T>().attr("__name__"))) + ", got " +
                         std::string(py::str(py::type::of(object).attr("__name__"))) + ".");
  return keep_with(object.cast<T*>(), object);
}

/// The Python object behind a handle that `hold` or Python made; None for null.
template <typename T>
py::object unhold(const std::shared_ptr<T>& handle) {
  return handle == nullptr ? py::none()
                           : py::cast(handle.get(), py::return_value_policy::reference);
}

/// The property `error_recorder` of what has one.
template <typename T, typename Class>
void add_error_recorder(Class& cls) {
  cls.def_property(
      "error_recorder", [](const T& thing) { return unhold(thing.error_recorder()); },
      [](T& thing, const py::object& recorder) {
        thing.set_error_recorder(hold<ErrorRecorder>(recorder));
      },
      "Told of each failure with its ErrorCodeTRT; None for nobody.");
}

/// `with thing as t:` leaves the thing alone at the end, as TensorRT's deprecated form does.
template <typename Class>
void add_context_manager(Class& cls) {
  cls.def("__enter__", [](py::object self) { return self; });
  cls.def("__exit__", [](py::object, py::args) {});
}

/// Weights as a numpy array on the same memory.
py::array weights_to_numpy(const Weights& weights);
/// A layer as an instance of its own Python class (IConvolutionLayer, ...).
py::object cast_layer(const Layer& layer);
/// The array lives as long as it is set and a queued run uses it. ValueError or TypeError naming
/// the tensor when the array does not fit.
bool set_tensor_array(ExecutionContext& context, const std::string& name, const py::array& array);
/// numpy's dtype of an element type; TypeError for the types that numpy has not.
py::dtype numpy_dtype(DataType dtype);
/// Elements in a byte of the types that are less than one; 1 for the others.
int elements_in_byte(DataType dtype);
/// In which arrays may hold BF16 too.
py::dtype bits_of_bfloat16();

}  // namespace trtlike::bindings
