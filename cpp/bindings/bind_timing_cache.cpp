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
  py::class_<TimingCacheKey>(m, "TimingCacheKey",
                             "What an entry of an editable timing cache is for.")
      .def_static("parse", &TimingCacheKey::parse, py::arg("text"),
                  "The key of this text, which str(key) gives.\n\nRaises:\n    UserError: for what "
                  "is no text of a key.")
      .def("__str__", &TimingCacheKey::text)
      .def("__eq__", [](const TimingCacheKey& a, const TimingCacheKey& b) { return a == b; })
      .def("__hash__",
           [](const TimingCacheKey& key) { return std::hash<std::string>()(key.text()); });
  py::class_<TimingCacheValue>(m, "TimingCacheValue",
                               "The tactic that an entry's nodes run by, and its time.")
      .def(py::init<uint64_t, double>(), py::arg("tactic_hash"), py::arg("timing_msec"))
      .def_readwrite("tacticHash", &TimingCacheValue::tactic_hash)
      .def_readwrite("timingMSec", &TimingCacheValue::timing_msec);
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
      .def("queryKeys", &TimingCache::query_keys,
           "The keys of the entries that builds with EDITABLE_TIMING_CACHE made.")
      .def("query", py::overload_cast<const TimingCacheKey&>(&TimingCache::query, py::const_),
           py::arg("key"), "The key's value; an invalid one (NaN) where there is none.")
      .def("update",
           py::overload_cast<const TimingCacheKey&, const TimingCacheValue&>(&TimingCache::update),
           py::arg("key"), py::arg("value"),
           "Lets builds with EDITABLE_TIMING_CACHE run the key's nodes by another tactic; a time "
           "of NaN deletes the entry. False for an unknown key or an invalid value.")
      .def_property_readonly("fingerprint", &TimingCache::fingerprint)
      .def("__len__", &TimingCache::size);
}

}  // namespace trtlike::bindings
