// IHostMemory: bytes of plans and caches through the buffer protocol.
#include "bindings/module.h"

namespace trtlike::bindings {

void bind_host_memory(py::module_& m) {
  py::class_<HostMemory, std::shared_ptr<HostMemory>> cls(
      m, "IHostMemory", py::buffer_protocol(),
      "Bytes of a plan or a timing cache; supports the buffer protocol.");
  cls.def_property_readonly("nbytes", &HostMemory::nbytes)
      .def_property_readonly("dtype", [](const HostMemory&) { return DataType::UInt8; })
      .def("__len__", &HostMemory::nbytes)
      .def("__bool__", [](const HostMemory& h) { return h.nbytes() != 0; })
      .def_buffer([](HostMemory& h) {
        return py::buffer_info(const_cast<void*>(h.data()), 1,
                               py::format_descriptor<uint8_t>::format(), 1,
                               {static_cast<py::ssize_t>(h.nbytes())}, {1}, true);
      });
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
