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

/// Anything else with TensorRT's read(size) -> bytes.
std::shared_ptr<CudaEngine> deserialize_reads(Runtime& runtime, const py::object& reader) {
  class Reads final : public StreamReader {
   public:
    explicit Reads(py::object reader) : reader_(std::move(reader)) {}
    int64_t read(void* destination, int64_t bytes) noexcept override {
      int64_t got = -1;
      guarded_callback("read", [&] {
        const py::bytes part(
            py::module_::import("builtins").attr("bytes")(reader_.attr("read")(bytes)));
        const std::string_view view(part);
        got = static_cast<int64_t>(view.size());
        if (got <= bytes) std::copy(view.begin(), view.end(), static_cast<char*>(destination));
      });
      return got;
    }

   private:
    py::object reader_;
  };
  if (!py::hasattr(reader, "read"))
    throw py::type_error(
        "[runtime] serialized engine: expected bytes, another buffer or a stream reader, got " +
        std::string(py::str(py::type::of(reader).attr("__name__"))) + ".");
  Reads reads(reader);
  return runtime.deserialize_cuda_engine(reads);
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
      .def(
          "deserialize_cuda_engine",
          [](Runtime& r, StreamReader& reader) { return r.deserialize_cuda_engine(reader); },
          py::arg("stream_reader"), py::call_guard<Released>())
      .def(
          "deserialize_cuda_engine",
          [](Runtime& r, StreamReaderV2& reader) { return r.deserialize_cuda_engine(reader); },
          py::arg("stream_reader_v2"), py::call_guard<Released>())
      .def("deserialize_cuda_engine", &deserialize_reads, py::arg("stream_reader"))
      .def("load_engine_file", &Runtime::load_engine_file, py::arg("path"),
           py::call_guard<Released>(),
           "Loads a plan file. Larger ones than 16 MiB are mapped, not copied, and must stay as "
           "they "
           "are while the engine lives: replace such a file by renaming a new one over it.")
      .def_property_readonly("logger", [](const Runtime& r) { return unhold(r.logger()); })
      .def_property("max_threads", &Runtime::max_threads, &Runtime::set_max_threads)
      .def_property(
          "gpu_allocator", [](const Runtime& r) { return unhold(r.gpu_allocator()); },
          [](Runtime& r, const py::object& a) { r.set_gpu_allocator(hold<GpuAllocator>(a)); },
          "Where contexts of engines that are loaded from now on have their memory from.")
      .def(
          "load_runtime",
          [](py::object self, const std::string&) {
            if (const auto& logger = self.cast<Runtime&>().logger())
              logger->log(Severity::Warning,
                          "[runtime] Runtime.load_runtime has no effect: this one reads the plans "
                          "of all versions.");
            return self;
          },
          py::arg("path"), "This runtime: it reads the plans of all versions.")
      .def_property("DLA_core", &Runtime::dla_core, &Runtime::set_dla_core)
      .def_property("engine_host_code_allowed", &Runtime::engine_host_code_allowed,
                    &Runtime::set_engine_host_code_allowed)
      .def_property("temporary_directory", &Runtime::temporary_directory,
                    &Runtime::set_temporary_directory)
      .def_property("tempfile_control_flags", &Runtime::tempfile_control_flags,
                    &Runtime::set_tempfile_control_flags)
      .def_property_readonly("num_DLA_cores", [](const Runtime&) { return 0; });
  add_error_recorder<Runtime>(cls);
  add_context_manager(cls);
  m.def("create_stream", &create_stream,
        "A handle of a new ordered queue with a worker of its own.");
  m.def("destroy_stream", &destroy_stream, py::arg("handle"), "Runs what is queued first.");
  m.def("synchronize_stream", &synchronize_stream, py::arg("handle"),
        "Waits until all that was queued has run; for the default stream, 0, on every stream.");
}

}  // namespace trtlike::bindings
