// Runtime, and the streams of asynchronous execution.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

std::shared_ptr<CudaEngine> deserialize_copy(Runtime& runtime, std::string bytes) {
  const auto owner = std::make_shared<std::string>(std::move(bytes));
  const Released released;
  return runtime.deserialize_cuda_engine(std::shared_ptr<const void>(owner, owner->data()),
                                         owner->size());
}

/// Bytes that nobody can change are used where they are; of others the engine has a copy.
std::shared_ptr<CudaEngine> deserialize(Runtime& runtime, const py::buffer& serialized_engine) {
  if (py::isinstance<HostMemory>(serialized_engine)) {
    const auto memory = serialized_engine.cast<std::shared_ptr<HostMemory>>();
    const Released released;
    return runtime.deserialize_cuda_engine(memory->owner(), memory->nbytes());
  }
  if (py::isinstance<py::bytes>(serialized_engine)) {
    const std::string_view bytes(py::reinterpret_borrow<py::bytes>(serialized_engine));
    const auto data = keep_with(static_cast<const void*>(bytes.data()), serialized_engine);
    const Released released;
    return runtime.deserialize_cuda_engine(data, bytes.size());
  }
  const py::buffer_info info = serialized_engine.request();
  return deserialize_copy(runtime, std::string(static_cast<const char*>(info.ptr),
                                               static_cast<size_t>(info.size * info.itemsize)));
}

/// TensorRT's IStreamReader: read(size) -> bytes, until nothing comes.
std::shared_ptr<CudaEngine> deserialize_stream(Runtime& runtime, const py::object& reader) {
  constexpr size_t kChunk = size_t{1} << 20;
  if (!py::hasattr(reader, "read"))
    throw py::type_error(
        "[runtime] serialized engine: expected bytes, another buffer or a stream reader, got " +
        std::string(py::str(py::type::of(reader).attr("__name__"))) + ".");
  std::string bytes;
  while (true) {
    const std::string part = py::bytes(reader.attr("read")(kChunk));
    if (part.empty()) break;
    bytes += part;
  }
  return deserialize_copy(runtime, std::move(bytes));
}

}  // namespace

void bind_runtime(py::module_& m) {
  py::class_<Runtime> cls(m, "Runtime", "Loads plans.");
  cls.def(py::init([](const py::object& logger) { return Runtime(hold<Logger>(logger)); }),
          py::arg("logger"))
      .def("deserialize_cuda_engine", &deserialize, py::arg("serialized_engine"),
           "The engine; None, with the reason in the log, when the bytes are no plan that can run "
           "here. The engine owns what it reads: it shares the memory of bytes and IHostMemory, "
           "which nobody can change, and copies what another buffer holds.")
      .def("deserialize_cuda_engine", &deserialize_stream, py::arg("stream_reader_v2"))
      .def("load_engine_file", &Runtime::load_engine_file, py::arg("path"),
           py::call_guard<Released>(),
           "Loads a plan file. Larger ones than 16 MiB are mapped, not copied, and must stay as "
           "they "
           "are while the engine lives: replace such a file by renaming a new one over it.")
      .def_property_readonly("logger", [](const Runtime& r) { return unhold(r.logger()); })
      .def_property("max_threads", &Runtime::max_threads, &Runtime::set_max_threads)
      .def_property_readonly("num_DLA_cores", [](const Runtime&) { return 0; });
  add_context_manager(cls);
  m.def("create_stream", &create_stream,
        "A handle of a new ordered queue with a worker of its own.");
  m.def("destroy_stream", &destroy_stream, py::arg("handle"), "Runs what is queued first.");
  m.def("synchronize_stream", &synchronize_stream, py::arg("handle"),
        "Waits until all that was queued has run; for the default stream, 0, on every stream.");
}

}  // namespace trtlike::bindings
