// Enumerations, as the public lists have them.
#include "bindings/bind_enum.h"

namespace trtlike::bindings {

void make_arithmetic(const py::object& enumeration) {
  constexpr std::pair<const char*, int> kComparisons[] = {{"__eq__", Py_EQ}, {"__ne__", Py_NE},
                                                          {"__lt__", Py_LT}, {"__le__", Py_LE},
                                                          {"__gt__", Py_GT}, {"__ge__", Py_GE}};
  for (const auto& [name, comparison] : kComparisons)
    enumeration.attr(name) = py::cpp_function(
        [comparison = comparison](const py::object& self, const py::object& other) -> py::object {
          if (!py::type::of(other).is(py::type::of(self)) && !py::isinstance<py::int_>(other))
            return py::reinterpret_borrow<py::object>(Py_NotImplemented);
          const int result =
              PyObject_RichCompareBool(py::int_(self).ptr(), py::int_(other).ptr(), comparison);
          if (result < 0) throw py::error_already_set();
          return py::bool_(result != 0);
        },
        py::name(name), py::is_method(enumeration), py::arg("other"));
}

void bind_enums(py::module_& m) {
  const auto bind = [&]<typename E>() {
    // A logger's severity is a member of its class.
    if constexpr (!std::is_same_v<E, Severity>) bind_enum<E>(m);
  };
  for_each_enum(TypeEnums(), bind);
  for_each_enum(LayerEnums(), bind);
  for_each_enum(TransformerEnums(), bind);
  for_each_enum(BuildEnums(), bind);
  for_each_enum(RuntimeEnums(), bind);
  for_each_enum(PluginEnums(), bind);
  // Names of 8.x.
  m.attr("ResizeMode") = m.attr("InterpolationMode");
  m.attr("SliceMode") = m.attr("SampleMode");
  m.attr("SampleMode").attr("DEFAULT") = m.attr("SampleMode").attr("STRICT_BOUNDS");
  for (const char* name : {"BuilderFlag", "EngineCapability", "ExecutionContextAllocationStrategy",
                           "NetworkDefinitionCreationFlag", "TacticSource", "TensorFormat",
                           "AllocatorFlag", "TempfileControlFlag"})
    make_arithmetic(m.attr(name));
}

}  // namespace trtlike::bindings
