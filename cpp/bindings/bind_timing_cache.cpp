// ITimingCache and its editable entries.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

std::shared_ptr<HostMemory> serialize(const TimingCache& cache) {
  const auto text = std::make_shared<std::string>(cache.serialize());
  return std::make_shared<HostMemory>(std::shared_ptr<const void>(text, text->data()),
                                      text->size());
}

}  // namespace

void bind_timing_cache(py::module_& m) {
  py::class_<TimingCache::Entry>(m, "TimingCacheValue")
      .def(py::init<>())
      .def_readwrite("tacticHash", &TimingCache::Entry::tactic)
      .def_readwrite("timingMSec", &TimingCache::Entry::time_ms);
  py::class_<TimingCache, std::shared_ptr<TimingCache>>(
      m, "ITimingCache",
      "Remembered measurements: a build that finds all it needs here measures nothing.")
      .def("serialize", &serialize)
      .def("combine", &TimingCache::combine, py::arg("input_cache"), py::arg("ignore_mismatch"))
      .def("reset",
           [](TimingCache& c) {
             c.reset();
             return true;
           })
      .def("queryKeys", &TimingCache::keys)
      .def("query", &TimingCache::query, py::arg("key"))
      .def(
          "update",
          [](TimingCache& c, const std::string& key, const TimingCache::Entry& value) {
            c.update(key, value);
            return true;
          },
          py::arg("key"), py::arg("value"))
      .def_property_readonly("fingerprint", &TimingCache::fingerprint)
      .def("__len__", &TimingCache::size);
}

}  // namespace trtlike::bindings
