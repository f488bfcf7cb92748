// IAlgorithmSelector, which Python subclasses, and what it sees of candidates.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

class PyAlgorithmSelector : public AlgorithmSelector {
 public:
  std::vector<int> select_algorithms(const AlgorithmContext& context,
                                     const std::vector<Algorithm>& choices) override {
    std::vector<int> out;
    ending_callback("builder", "IAlgorithmSelector.select_algorithms", [&] {
      const py::object answer = required("select_algorithms")(context, choices);
      if (!py::isinstance<py::sequence>(answer) || py::isinstance<py::str>(answer))
        throw py::type_error("expected a list of indices, got " +
                             std::string(py::str(py::type::of(answer).attr("__name__"))));
      for (const py::handle index : answer) out.push_back(index_of(index));
    });
    return out;
  }
  void report_algorithms(const std::vector<AlgorithmContext>& contexts,
                         const std::vector<Algorithm>& choices) override {
    ending_callback("builder", "IAlgorithmSelector.report_algorithms",
                    [&] { required("report_algorithms")(contexts, choices); });
  }

 private:
  py::function required(const char* name) const {
    py::function found = py::get_override(static_cast<const AlgorithmSelector*>(this), name);
    if (!found) throw py::type_error("expected the subclass to define it");
    return found;
  }
  /// -1, which no choice has, for what no int holds.
  static int index_of(const py::handle& index) {
    const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(index.ptr()));
    if (!number) throw py::error_already_set();
    int overflow = 0;
    const long value = PyLong_AsLongAndOverflow(number.ptr(), &overflow);
    return overflow != 0 || value != static_cast<int>(value) ? -1 : static_cast<int>(value);
  }
};

void bind_algorithm(py::module_& m) {
  py::class_<AlgorithmIOInfo>(m, "IAlgorithmIOInfo", "The form of one operand of an algorithm.")
      .def_readonly("dtype", &AlgorithmIOInfo::dtype)
      .def_readonly("strides", &AlgorithmIOInfo::strides)
      .def_readonly("vectorized_dim", &AlgorithmIOInfo::vectorized_dim)
      .def_readonly("components_per_element", &AlgorithmIOInfo::components_per_element);
  py::class_<AlgorithmVariant>(m, "IAlgorithmVariant",
                               "Numbers that name a way to compute, the same in every build.")
      .def_readonly("implementation", &AlgorithmVariant::implementation)
      .def_readonly("tactic", &AlgorithmVariant::tactic);
  py::class_<AlgorithmContext>(m, "IAlgorithmContext", "The node that algorithms are for.")
      .def_readonly("name", &AlgorithmContext::name)
      .def_readonly("num_inputs", &AlgorithmContext::num_inputs)
      .def_readonly("num_outputs", &AlgorithmContext::num_outputs)
      .def("get_shape", &AlgorithmContext::get_shape, py::arg("index"),
           "Least, timed and largest extents of an input (those that are no weights) or, after "
           "these, an output.\n\nReturns:\n    Three Dims; an empty list beyond the last one.");
  py::class_<Algorithm>(m, "IAlgorithm", "One way to compute a node.")
      .def_readonly("name", &Algorithm::name)
      .def_readonly("algorithm_variant", &Algorithm::algorithm_variant)
      .def_readonly("timing_msec", &Algorithm::timing_msec)
      .def_readonly("workspace_size", &Algorithm::workspace_size)
      .def("get_algorithm_io_info", &Algorithm::get_algorithm_io_info, py::arg("index"),
           py::return_value_policy::reference_internal,
           "The form of an input or, after these, an output; None beyond the last one.");
}

}  // namespace

void bind_algorithm_selector(py::module_& m) {
  bind_algorithm(m);
  py::class_<AlgorithmSelector, PyAlgorithmSelector, std::shared_ptr<AlgorithmSelector>>(
      m, "IAlgorithmSelector",
      "Subclass it and override both functions. What they raise ends the build.")
      .def(py::init<>())
      .def("select_algorithms", &AlgorithmSelector::select_algorithms, py::arg("context"),
           py::arg("choices"),
           "Asked once a node, with its candidates and their times.\n\nReturns:\n    Indices of "
           "the choices that the build may take; none leaves all of them, or ends the build with "
           "BuilderFlag.REJECT_EMPTY_ALGORITHMS.")
      .def("report_algorithms", &AlgorithmSelector::report_algorithms, py::arg("contexts"),
           py::arg("choices"), "Told once a build: choices[i] was taken for contexts[i].");
}

}  // namespace trtlike::bindings
