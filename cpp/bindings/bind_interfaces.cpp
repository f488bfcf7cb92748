// Interfaces that Python implements for builds and runs: debug listeners, error recorders,
// allocators.
#include "bindings/module.h"

namespace trtlike::bindings {

void bind_byte_streams(py::module_& m);

namespace {

template <typename T>
py::function find_override(const T* self, const char* name) {
  return py::get_override(self, name);
}

class PyDebugListener : public DebugListener {
 public:
  bool process_debug_tensor(const void* address, TensorLocation location, DataType type,
                            const Dims& shape, const std::string& name,
                            uint64_t stream) noexcept override {
    bool goes_on = true;
    guarded_callback("IDebugListener.process_debug_tensor", [&] {
      const auto f = find_override<DebugListener>(this, "process_debug_tensor");
      if (!f) return;
      const py::object result =
          f(reinterpret_cast<size_t>(address), location, type, shape, name, stream);
      // A method that returns nothing goes on.
      goes_on = result.is_none() || py::bool_(result);
    });
    return goes_on;
  }
};

class PyErrorRecorder : public ErrorRecorder {
 public:
  int num_errors() const noexcept override { return ask<int>("num_errors", 0); }
  ErrorCode error_code(int index) const noexcept override {
    return ask<ErrorCode>("get_error_code", ErrorCode::UnspecifiedError, index);
  }
  std::string error_desc(int index) const noexcept override {
    return ask<std::string>("get_error_desc", "", index);
  }
  bool has_overflowed() const noexcept override { return ask<bool>("has_overflowed", false); }
  void clear() noexcept override {
    guarded_callback("IErrorRecorder.clear", [&] {
      if (const auto f = find_override<ErrorRecorder>(this, "clear")) f();
    });
  }
  bool report_error(ErrorCode code, const std::string& description) noexcept override {
    guarded_callback("IErrorRecorder.report_error", [&] {
      if (const auto f = find_override<ErrorRecorder>(this, "report_error")) f(code, description);
    });
    return true;
  }

 private:
  template <typename R, typename... Args>
  R ask(const char* name, R otherwise, Args... args) const noexcept {
    guarded_callback(name, [&] {
      if (const auto f = find_override<ErrorRecorder>(this, name))
        otherwise = f(args...).template cast<R>();
    });
    return otherwise;
  }
};

/// What both kinds of allocators do with overrides.
template <typename Base>
class PyAllocator : public Base {
 public:
  ApiLanguage api_language() const noexcept override { return ApiLanguage::Python; }
  void* allocate(uint64_t size, uint64_t alignment, uint32_t flags) noexcept override {
    void* memory = nullptr;
    if (call("allocate",
             [&](const py::function& f) { memory = address(f(size, alignment, flags)); }))
      return memory;
    if constexpr (std::is_same_v<Base, GpuAsyncAllocator>)
      memory = allocate_async(size, alignment, flags, 0);
    return memory;
  }
  bool deallocate(void* memory) noexcept override {
    bool done = false;
    if (call("deallocate", [&](const py::function& f) { done = py::bool_(f(number(memory))); }))
      return done;
    if constexpr (std::is_same_v<Base, GpuAsyncAllocator>) done = deallocate_async(memory, 0);
    return done;
  }
  void* reallocate(void* memory, uint64_t alignment, uint64_t size) noexcept override {
    void* moved = nullptr;
    call("reallocate",
         [&](const py::function& f) { moved = address(f(number(memory), alignment, size)); });
    return moved;
  }
  void* allocate_async(uint64_t size, uint64_t alignment, uint32_t flags,
                       uint64_t stream) noexcept override {
    void* memory = nullptr;
    if (!call("allocate_async",
              [&](const py::function& f) { memory = address(f(size, alignment, flags, stream)); }))
      memory = has("allocate") ? allocate(size, alignment, flags) : nullptr;
    return memory;
  }
  bool deallocate_async(void* memory, uint64_t stream) noexcept override {
    bool done = false;
    if (!call("deallocate_async",
              [&](const py::function& f) { done = py::bool_(f(number(memory), stream)); }))
      done = has("deallocate") && deallocate(memory);
    return done;
  }

 private:
  static size_t number(void* memory) { return reinterpret_cast<size_t>(memory); }
  static void* address(const py::object& memory) {
    return memory.is_none() ? nullptr : reinterpret_cast<void*>(memory.cast<size_t>());
  }
  py::function find(const char* name) const { return find_override<Base>(this, name); }
  bool has(const char* name) const noexcept {
    bool found = false;
    guarded_callback(name, [&] { found = static_cast<bool>(find(name)); });
    return found;
  }
  /// False when there is no override of this name.
  template <typename F>
  bool call(const char* name, F&& use) const noexcept {
    bool found = false;
    guarded_callback(name, [&] {
      if (const py::function f = find(name)) {
        found = true;
        use(f);
      }
    });
    return found;
  }
};

void bind_allocators(py::module_& m) {
  py::class_<InterfaceInfo>(m, "InterfaceInfo", "Name and version of an interface.")
      .def_readwrite("kind", &InterfaceInfo::kind)
      .def_readwrite("major", &InterfaceInfo::major)
      .def_readwrite("minor", &InterfaceInfo::minor);
  py::class_<VersionedInterface, std::shared_ptr<VersionedInterface>>(
      m, "IVersionedInterface", "Base of interfaces that say which one they are.")
      .def_property_readonly("api_language", &VersionedInterface::api_language)
      .def_property_readonly("interface_info", &VersionedInterface::interface_info);
  const auto address = [](size_t memory) { return reinterpret_cast<void*>(memory); };
  py::class_<GpuAllocator, PyAllocator<GpuAllocator>, VersionedInterface,
             std::shared_ptr<GpuAllocator>>(
      m, "IGpuAllocator",
      "Subclass and override allocate(size, alignment, flags) -> address and deallocate(memory) -> "
      "bool, or their asynchronous forms: contexts compute in the host memory that they give.")
      .def(py::init<>())
      .def(
          "allocate",
          [](GpuAllocator& a, uint64_t size, uint64_t alignment, uint32_t flags) {
            return reinterpret_cast<size_t>(a.allocate(size, alignment, flags));
          },
          py::arg("size"), py::arg("alignment"), py::arg("flags"),
          "The address of new memory; 0 when there is none.")
      .def(
          "deallocate",
          [address](GpuAllocator& a, size_t memory) { return a.deallocate(address(memory)); },
          py::arg("memory"))
      .def(
          "reallocate",
          [address](GpuAllocator& a, size_t at, uint64_t alignment, uint64_t new_size) {
            return reinterpret_cast<size_t>(a.reallocate(address(at), alignment, new_size));
          },
          py::arg("address"), py::arg("alignment"), py::arg("new_size"))
      .def(
          "allocate_async",
          [](GpuAllocator& a, uint64_t size, uint64_t alignment, uint32_t flags, uint64_t stream) {
            return reinterpret_cast<size_t>(a.allocate_async(size, alignment, flags, stream));
          },
          py::arg("size"), py::arg("alignment"), py::arg("flags"), py::arg("stream"))
      .def(
          "deallocate_async",
          [address](GpuAllocator& a, size_t memory, uint64_t stream) {
            return a.deallocate_async(address(memory), stream);
          },
          py::arg("memory"), py::arg("stream"));
  py::class_<GpuAsyncAllocator, PyAllocator<GpuAsyncAllocator>, GpuAllocator,
             std::shared_ptr<GpuAsyncAllocator>>(
      m, "IGpuAsyncAllocator",
      "Subclass and override allocate_async(size, alignment, flags, stream) -> address and "
      "deallocate_async(memory, stream) -> bool.")
      .def(py::init<>());
}

void bind_error_recorder(py::module_& m) {
  py::class_<ErrorRecorder, PyErrorRecorder, std::shared_ptr<ErrorRecorder>>(
      m, "IErrorRecorder",
      "Subclass and override report_error(code, desc) and the questions about what it was told: "
      "each failure comes with its ErrorCodeTRT.")
      .def(py::init<>())
      .def_property_readonly_static("MAX_DESC_LENGTH",
                                    [](const py::object&) { return ErrorRecorder::kMaxDescLength; })
      .def("num_errors", &ErrorRecorder::num_errors)
      .def("get_error_code", &ErrorRecorder::error_code, py::arg("index"))
      .def("get_error_desc", &ErrorRecorder::error_desc, py::arg("index"))
      .def("has_overflowed", &ErrorRecorder::has_overflowed)
      .def("clear", &ErrorRecorder::clear)
      .def("report_error", &ErrorRecorder::report_error, py::arg("code"), py::arg("desc"));
}

}  // namespace

void bind_interfaces(py::module_& m) {
  py::class_<DebugListener, PyDebugListener, std::shared_ptr<DebugListener>>(
      m, "IDebugListener",
      "Subclass and override process_debug_tensor(addr, location, type, shape, name, stream): the "
      "address holds the elements until it returns; False ends the run as a failure.")
      .def(py::init<>())
      .def(
          "process_debug_tensor",
          [](DebugListener& l, size_t addr, TensorLocation location, DataType type,
             const Dims& shape, const std::string& name, uint64_t stream) {
            return l.process_debug_tensor(reinterpret_cast<void*>(addr), location, type, shape,
                                          name, stream);
          },
          py::arg("addr"), py::arg("location"), py::arg("type"), py::arg("shape"), py::arg("name"),
          py::arg("stream"));
  bind_error_recorder(m);
  bind_allocators(m);
  bind_byte_streams(m);
}

}  // namespace trtlike::bindings
