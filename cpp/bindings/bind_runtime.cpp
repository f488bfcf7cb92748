// Runtime, and the streams of asynchronous execution.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

class PyRuntime : public Runtime {
 public:
  explicit PyRuntime(const py::object& logger)
      : Runtime(hold<Logger>(logger)), python_logger(logger) {}
  py::object python_logger;
  int max_threads = 1;
};

/// The buffer's bytes, and the Python object alive, for as long as the handle lives.
std::shared_ptr<const void> keep_buffer(const py::buffer& bytes, size_t& size) {
  auto* view = new Py_buffer;
  if (PyObject_GetBuffer(bytes.ptr(), view, PyBUF_SIMPLE) != 0) {
    delete view;
    throw py::error_already_set();
  }
  size = static_cast<size_t>(view->len);
  return {view->buf, [view](const void*) {
            const py::gil_scoped_acquire gil;
            PyBuffer_Release(view);
            delete view;
          }};
}

std::shared_ptr<CudaEngine> deserialize(PyRuntime& runtime, const py::buffer& serialized_engine) {
  size_t size = 0;
  std::shared_ptr<const void> data = keep_buffer(serialized_engine, size);
  const py::gil_scoped_release release;
  return runtime.deserialize_cuda_engine(std::move(data), size);
}

/// TensorRT's IStreamReader: read(size) -> bytes, until nothing comes.
std::shared_ptr<CudaEngine> deserialize_stream(PyRuntime& runtime, const py::object& reader) {
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
  auto owner = std::make_shared<std::string>(std::move(bytes));
  const py::gil_scoped_release release;
  return runtime.deserialize_cuda_engine(std::shared_ptr<const void>(owner, owner->data()),
                                         owner->size());
}

}  // namespace

void bind_runtime(py::module_& m) {
  py::class_<PyRuntime> cls(m, "Runtime", "Loads plans.");
  cls.def(py::init<const py::object&>(), py::arg("logger"))
      .def("deserialize_cuda_engine", &deserialize, py::arg("serialized_engine"),
           "The engine; None, with the reason in the log, when the bytes are no plan that can run "
           "here.")
      .def("deserialize_cuda_engine", &deserialize_stream, py::arg("stream_reader_v2"))
      .def("load_engine_file", &PyRuntime::load_engine_file, py::arg("path"),
           py::call_guard<py::gil_scoped_release>(), "Maps a plan file: nothing is copied.")
      .def_property_readonly("logger", [](const PyRuntime& r) { return r.python_logger; })
      .def_readwrite("max_threads", &PyRuntime::max_threads)
      .def_property_readonly("num_DLA_cores", [](const PyRuntime&) { return 0; });
  add_context_manager(cls);
  m.def("create_stream", &create_stream,
        "A handle of a new ordered queue with a worker of its own.");
  m.def("destroy_stream", &destroy_stream, py::arg("handle"),
        py::call_guard<py::gil_scoped_release>());
  m.def("synchronize_stream", &synchronize_stream, py::arg("handle"),
        py::call_guard<py::gil_scoped_release>());
}

}  // namespace trtlike::bindings
