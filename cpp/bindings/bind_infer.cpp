// IExecutionContext.infer: one run on arrays, and arrays for outputs whose extents the run tells.
#include <new>

#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

/// As much memory as a run asks for, kept while it is enough.
class ArrayAllocator : public OutputAllocator {
 public:
  void* reallocate_output(const std::string&, void*, uint64_t size,
                          uint64_t alignment) noexcept override {
    if (size <= bytes_) return memory_.get();
    const std::align_val_t align{alignment};
    void* memory = ::operator new(size, align, std::nothrow);
    bytes_ = memory == nullptr ? 0 : size;
    memory_ = {memory, [align](void* given) { ::operator delete(given, align); }};
    return memory;
  }
  void notify_shape(const std::string&, const Dims& dims) noexcept override { dims_ = dims; }

  /// What the last run gave, on the same memory.
  py::object array(DataType type) const {
    const py::capsule owner(new std::shared_ptr<void>(memory_),
                            [](void* kept) { delete static_cast<std::shared_ptr<void>*>(kept); });
    const std::vector<py::ssize_t> shape(dims_.begin(), dims_.end());
    if (elements_in_byte(type) == 1)
      return py::array(numpy_dtype(type), shape, {}, memory_.get(), owner);
    int64_t count = 1;
    for (const int64_t extent : dims_) count *= extent;
    const int64_t in_byte = elements_in_byte(type);
    const py::array bytes(py::dtype::of<uint8_t>(), {(count + in_byte - 1) / in_byte}, {},
                          memory_.get(), owner);
    return py::module_::import("trtlike.packed").attr("unpack")(bytes, shape, type);
  }

 private:
  std::shared_ptr<void> memory_;
  uint64_t bytes_ = 0;
  Dims dims_;
};

/// A thread's stay in a context.
class Stay {
 public:
  explicit Stay(ExecutionContext& context) : context_(context) { context_.enter(); }
  ~Stay() { context_.leave(); }
  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

 private:
  ExecutionContext& context_;
};

class ArrayRun {
 public:
  ArrayRun(ExecutionContext& context, const py::object& inputs, const py::object& outputs)
      : context_(context), engine_(*context.engine()), inputs_(inputs), outputs_(outputs) {}

  ~ArrayRun() {
    for (Allocated& output : allocated_) context_.set_output_allocator(*output.name, output.before);
  }
  ArrayRun(const ArrayRun&) = delete;
  ArrayRun& operator=(const ArrayRun&) = delete;

  py::dict run() {
    set_inputs();
    {
      const Released released;
      context_.infer_shapes();
    }
    const int count = engine_.num_io_tensors();
    for (int i = 0; i < count; ++i)
      if (const std::string& name = engine_.tensor_name(i); !is_input(name)) set_output(name);
    execute();
    for (const Allocated& output : allocated_)
      results_[py::str(*output.name)] = output.allocator->array(engine_.tensor_dtype(*output.name));
    return std::move(results_);
  }

 private:
  struct Allocated {
    const std::string* name;
    std::shared_ptr<ArrayAllocator> allocator;
    std::shared_ptr<OutputAllocator> before;
  };

  bool is_input(const std::string& name) const {
    return engine_.tensor_mode(name) == TensorIOMode::Input;
  }

  void set_inputs() {
    std::vector<const std::string*> names;
    for (int i = 0; i < engine_.num_io_tensors(); ++i)
      if (const std::string& name = engine_.tensor_name(i); is_input(name)) names.push_back(&name);
    std::vector<py::object> given;
    for (const std::string* name : names) given.push_back(find(inputs_, *name));
    size_t found = 0;
    for (const py::object& array : given) found += array ? 1 : 0;
    if (py::len(inputs_) != found) refuse_unknown(names);
    for (size_t i = 0; i < names.size(); ++i) {
      if (!given[i])
        throw py::value_error("[context] infer: expected an array for input '" + *names[i] +
                              "', got none.");
      set_input(*names[i], given[i]);
    }
  }

  /// Null where the mapping has no such key.
  static py::object find(const py::object& mapping, const std::string& name) {
    const py::str key(name);
    if (PyDict_CheckExact(mapping.ptr()))
      return py::reinterpret_borrow<py::object>(PyDict_GetItemWithError(mapping.ptr(), key.ptr()));
    return mapping.contains(key) ? py::object(mapping[key]) : py::object();
  }

  void refuse_unknown(const std::vector<const std::string*>& names) const {
    for (const py::handle key : inputs_) {
      const std::string unknown = py::str(key);
      std::string known;
      bool is_known = false;
      for (const std::string* name : names) {
        known += (known.empty() ? "" : ", ") + *name;
        is_known = is_known || *name == unknown;
      }
      if (!is_known)
        throw py::value_error("[context] infer: expected the inputs " + known + ", got '" +
                              unknown + "'.");
    }
  }

  void set_input(const std::string& name, const py::object& given) {
    const DataType type = engine_.tensor_dtype(name);
    const bool is_packed = elements_in_byte(type) > 1;
    const py::array array = is_packed ? pack(name, given, type) : as_type(name, given, type);
    const py::tuple extents =
        is_packed ? py::tuple(py::module_::import("numpy").attr("shape")(given)) : py::tuple();
    Dims shape;
    if (is_packed) {
      for (const py::handle extent : extents) shape.push_back(extent.cast<int64_t>());
    } else {
      for (py::ssize_t d = 0; d < array.ndim(); ++d) shape.push_back(array.shape(d));
    }
    if (!context_.set_input_shape(name, shape))
      throw py::value_error("[context] input '" + name +
                            "': expected a shape within the profile, got " + as_tuple(shape) +
                            ". The log says which extent is out of range.");
    set_tensor_array(context_, name, array);
  }

  static std::string as_tuple(const Dims& shape) {
    return py::str(py::tuple(py::cast(std::vector<int64_t>(shape.begin(), shape.end()))));
  }

  static py::array pack(const std::string& name, const py::object& given, DataType type) {
    return py::module_::import("trtlike.packed").attr("pack")(name, given, type);
  }

  /// The array itself where the engine can read it in place.
  static py::array as_type(const std::string& name, const py::object& given, DataType type) {
    const py::dtype wanted = numpy_dtype(type);
    if (py::isinstance<py::array>(given)) {
      const auto array = py::reinterpret_borrow<py::array>(given);
      if (array.dtype().is(wanted) && (array.flags() & py::array::c_style) != 0) return array;
    }
    return py::module_::import("trtlike.arrays").attr("as_type")(name, given, wanted);
  }

  void set_output(const std::string& name) {
    const DataType type = engine_.tensor_dtype(name);
    const Dims shape = context_.tensor_shape(name);
    bool is_known = true;
    for (const int64_t extent : shape) is_known = is_known && extent >= 0;
    const py::object given = outputs_.is_none() ? py::object() : find(outputs_, name);
    if (given) {
      check_output(name, given, type, is_known ? &shape : nullptr);
      const auto array = py::reinterpret_borrow<py::array>(given);
      set_tensor_array(context_, name, array);
      results_[py::str(name)] = array;
    } else if (!is_known || elements_in_byte(type) > 1) {
      allocated_.push_back(
          {&name, std::make_shared<ArrayAllocator>(), context_.output_allocator(name)});
      context_.set_output_allocator(name, allocated_.back().allocator);
    } else {
      const py::array array(numpy_dtype(type),
                            std::vector<py::ssize_t>(shape.begin(), shape.end()));
      set_tensor_array(context_, name, array);
      results_[py::str(name)] = array;
    }
  }

  /// `shape` is null where only the run can tell it.
  static void check_output(const std::string& name, const py::object& given, DataType type,
                           const Dims* shape) {
    if (elements_in_byte(type) > 1)
      throw py::type_error("[context] output '" + name + "': expected no array to write " +
                           std::string(py::str(py::cast(type).attr("name"))) +
                           " to, whose elements are less than a byte, got one. Take the array that "
                           "infer returns.");
    const std::vector<int64_t> got = given.attr("shape").cast<std::vector<int64_t>>();
    if (shape != nullptr && !std::equal(shape->begin(), shape->end(), got.begin(), got.end()))
      throw py::value_error("[context] output '" + name + "': expected an array of shape " +
                            as_tuple(*shape) + ", got " +
                            std::string(py::str(given.attr("shape"))) + ".");
  }

  void execute() {
    const Released released;
    if (!context_.execute_async_v3(0))
      throw std::runtime_error("[context] infer: the run failed; the log says why.");
  }

  ExecutionContext& context_;
  const CudaEngine& engine_;
  const py::object& inputs_;
  const py::object& outputs_;
  py::dict results_;
  std::vector<Allocated> allocated_;
};

py::dict infer(ExecutionContext& context, const py::object& inputs, const py::object& outputs) {
  const Stay stay(context);
  return ArrayRun(context, inputs, outputs).run();
}

}  // namespace

void bind_infer(py::module_& m) {
  py::class_<ArrayAllocator, OutputAllocator, std::shared_ptr<ArrayAllocator>>(
      m, "ArrayAllocator", "Memory of an output whose extents the run tells, as an array.")
      .def(py::init<>())
      .def("array", &ArrayAllocator::array, py::arg("dtype"),
           "What the last run gave, on the memory that the next one writes to.");
  auto context = py::reinterpret_borrow<py::class_<ExecutionContext>>(m.attr("IExecutionContext"));
  context.def("_infer", &infer, py::arg("inputs"), py::arg("outputs"));
}

}  // namespace trtlike::bindings
