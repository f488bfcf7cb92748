// Streams of bytes that Python implements.
#include <algorithm>

#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

class PyStreamWriter : public StreamWriter {
 public:
  int64_t write(const void* data, int64_t bytes) noexcept override {
    int64_t taken = -1;
    guarded_callback("IStreamWriter.write", [&] {
      if (const auto f = py::get_override(static_cast<const StreamWriter*>(this), "write"))
        taken = f(py::bytes(static_cast<const char*>(data), static_cast<size_t>(bytes)))
                    .cast<int64_t>();
    });
    return taken;
  }
};

/// What an override gave as bytes, at `destination`.
int64_t take(const py::object& given, void* destination, int64_t bytes) {
  const py::bytes part(py::module_::import("builtins").attr("bytes")(given));
  const std::string_view view(part);
  const auto size = static_cast<int64_t>(view.size());
  if (size <= bytes) std::copy(view.begin(), view.end(), static_cast<char*>(destination));
  return size;
}

class PyStreamReader : public StreamReader {
 public:
  int64_t read(void* destination, int64_t bytes) noexcept override {
    int64_t got = -1;
    guarded_callback("IStreamReader.read", [&] {
      if (const auto f = py::get_override(static_cast<const StreamReader*>(this), "read"))
        got = take(f(bytes), destination, bytes);
    });
    return got;
  }
};

class PyStreamReaderV2 : public StreamReaderV2 {
 public:
  int64_t read(void* destination, int64_t bytes, uint64_t stream) noexcept override {
    int64_t got = -1;
    guarded_callback("IStreamReaderV2.read", [&] {
      if (const auto f = py::get_override(static_cast<const StreamReaderV2*>(this), "read"))
        got = take(f(bytes, stream), destination, bytes);
    });
    return got;
  }
  bool seek(int64_t offset, SeekPosition where) noexcept override {
    bool done = false;
    guarded_callback("IStreamReaderV2.seek", [&] {
      if (const auto f = py::get_override(static_cast<const StreamReaderV2*>(this), "seek"))
        done = py::bool_(f(offset, where));
    });
    return done;
  }
};

/// What a reader gives, as bytes.
template <typename Read>
py::bytes read_bytes(int64_t size, const Read& read) {
  std::string bytes(static_cast<size_t>(std::max<int64_t>(size, 0)), '\0');
  const int64_t got = read(bytes.data());
  if (got < 0 || got > size)
    throw py::value_error("[bindings] read: expected at most " + std::to_string(size) +
                          " bytes, got " + std::to_string(got) + ".");
  return py::bytes(bytes.data(), static_cast<size_t>(got));
}

}  // namespace

void bind_byte_streams(py::module_& m) {
  py::class_<StreamReader, PyStreamReader, std::shared_ptr<StreamReader>>(
      m, "IStreamReader", "Subclass and override read(size) -> bytes: the next bytes of a plan.")
      .def(py::init<>())
      .def(
          "read",
          [](StreamReader& r, int64_t size) {
            return read_bytes(size, [&](char* to) { return r.read(to, size); });
          },
          py::arg("size"), "The next bytes, at most that many.");
  py::class_<StreamReaderV2, PyStreamReaderV2, std::shared_ptr<StreamReaderV2>>(
      m, "IStreamReaderV2",
      "Subclass and override read(num_bytes, stream) -> bytes and seek(offset, where) -> bool.")
      .def(py::init<>())
      .def(
          "read",
          [](StreamReaderV2& r, int64_t num_bytes, uint64_t stream) {
            return read_bytes(num_bytes, [&](char* to) { return r.read(to, num_bytes, stream); });
          },
          py::arg("num_bytes"), py::arg("stream"), "The next bytes, at most that many.")
      .def("seek", &StreamReaderV2::seek, py::arg("offset"), py::arg("where"));
  py::class_<StreamWriter, PyStreamWriter, std::shared_ptr<StreamWriter>>(
      m, "IStreamWriter",
      "Subclass and override write(data) -> int: how many of the plan's bytes were taken.")
      .def(py::init<>())
      .def(
          "write",
          [](StreamWriter& w, std::string_view data) {
            return w.write(data.data(), static_cast<int64_t>(data.size()));
          },
          py::arg("data"), "How many of the bytes were taken.");
}

}  // namespace trtlike::bindings
