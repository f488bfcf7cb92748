// IOptimizationProfile.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

void set_shape(OptimizationProfile& p, const std::string& input, const Dims& min, const Dims& opt,
               const Dims& max) {
  p.set_shape(input, min, opt, max);
}

std::vector<Dims> get_shape(const OptimizationProfile& p, const std::string& input) {
  const auto range = p.shape(input);
  if (!range) return {};
  return {range->begin(), range->end()};
}

std::vector<std::vector<int64_t>> get_shape_input(const OptimizationProfile& p,
                                                  const std::string& input) {
  const auto range = p.shape_input(input);
  if (!range) return {};
  return {range->begin(), range->end()};
}

}  // namespace

void bind_profile(py::module_& m) {
  py::class_<OptimizationProfile, std::shared_ptr<OptimizationProfile>>(
      m, "IOptimizationProfile",
      "The ranges in which dynamic shapes and shape-tensor values may move.")
      .def(py::init<>())
      .def("set_shape", &set_shape, py::arg("input"), py::arg("min"), py::arg("opt"),
           py::arg("max"))
      .def("get_shape", &get_shape, py::arg("input"))
      .def("set_shape_input", &OptimizationProfile::set_shape_input, py::arg("input"),
           py::arg("min"), py::arg("opt"), py::arg("max"))
      .def("get_shape_input", &get_shape_input, py::arg("input"))
      .def_readwrite("extra_memory_target", &OptimizationProfile::extra_memory_target)
      .def("__bool__", [](const OptimizationProfile&) { return true; });
}

}  // namespace trtlike::bindings
