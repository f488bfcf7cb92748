// IExecutionContext: shapes, addresses, execution.
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

using ContextPtr = std::shared_ptr<ExecutionContext>;
using ContextClass = py::class_<ExecutionContext, ContextPtr>;

/// The address of an array that fits the tensor. Throws ValueError or TypeError naming the tensor
/// when it does not.
void* array_address(const ExecutionContext& context, const std::string& name,
                    const py::array& array) {
  const DataType type = context.engine()->tensor_dtype(name);
  const py::dtype want = elements_in_byte(type) > 1 ? py::dtype::of<uint8_t>() : numpy_dtype(type);
  const bool is_bits = type == DataType::BF16 && array.dtype().equal(bits_of_bfloat16());
  if (!array.dtype().equal(want) && !is_bits)
    throw py::type_error("[context] tensor '" + name + "': expected an array of " +
                         std::string(py::str(want)) + ", got " +
                         std::string(py::str(array.dtype())) + ".");
  if ((array.flags() & py::array::c_style) == 0)
    throw py::value_error(
        "[context] tensor '" + name +
        "': expected a C-contiguous array, got one that is not. Use numpy.ascontiguousarray.");
  const bool is_output = context.engine()->tensor_mode(name) == TensorIOMode::Output;
  if (is_output && !array.writeable())
    throw py::value_error("[context] tensor '" + name +
                          "': expected a writeable array, got a read-only one.");
  return const_cast<void*>(array.data());
}

void* address_of(const std::string& name, const py::object& memory) {
  const auto fail = [&](const py::object& got) {
    PyErr_Clear();
    throw py::type_error("[context] tensor '" + name +
                         "': expected an address (an int) or an array, got " +
                         std::string(py::str(got)) + ".");
  };
  if (PyNumber_Check(memory.ptr()) == 0 || PyFloat_Check(memory.ptr()))
    fail(py::type::of(memory).attr("__name__"));
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Long(memory.ptr()));
  if (!number) fail(py::type::of(memory).attr("__name__"));
  const size_t address = PyLong_AsSize_t(number.ptr());
  if (PyErr_Occurred() != nullptr) fail(number);
  return reinterpret_cast<void*>(address);
}

bool has_address(const ExecutionContext& context, const std::string& name, const void* address) {
  try {
    return context.tensor_address(name) == address;
  } catch (const UserError&) {
    return false;
  }
}

/// `memory` is an address or an array. An array stays alive with the address and the runs that use
/// it, and so does one among the caller's variables that starts at the address: unlike device
/// memory, an array is freed when its last name goes.
bool set_tensor_address(ExecutionContext& context, const std::string& name,
                        const py::object& memory) {
  const bool is_array = py::isinstance<py::array>(memory);
  if (!context.engine()->has_tensor(name)) return context.set_tensor_address(name, nullptr);
  if (is_array) return set_tensor_array(context, name, memory);
  void* address = address_of(name, memory);
  if (has_address(context, name, address)) return true;
  const py::object array = py::module_::import("trtlike.arrays").attr("find_array")(memory);
  return context.set_tensor_address(
      name, address, UINT64_MAX, array.is_none() ? nullptr : keep_with<const void>(address, array));
}

size_t get_tensor_address(const ExecutionContext& context, const std::string& name) {
  return reinterpret_cast<size_t>(context.tensor_address(name));
}

bool execute_v2(ExecutionContext& context, const std::vector<size_t>& bindings) {
  std::vector<void*> addresses;
  for (size_t address : bindings) addresses.push_back(reinterpret_cast<void*>(address));
  const Released released;
  return context.execute_v2(addresses);
}

bool set_input_shape(ExecutionContext& context, const std::string& name, const Dims& shape) {
  return context.set_input_shape(name, shape);
}

void bind_shapes(ContextClass& cls) {
  cls.def("set_input_shape", &set_input_shape, py::arg("name"), py::arg("shape"))
      .def("get_tensor_shape", &ExecutionContext::tensor_shape, py::arg("name"))
      .def("get_tensor_strides", &ExecutionContext::tensor_strides, py::arg("name"))
      .def("infer_shapes", &ExecutionContext::infer_shapes, py::call_guard<Released>())
      .def("get_max_output_size", &ExecutionContext::max_output_size, py::arg("name"))
      .def_property_readonly("all_binding_shapes_specified",
                             &ExecutionContext::all_binding_shapes_specified)
      .def_property_readonly("all_shape_inputs_specified",
                             &ExecutionContext::all_binding_shapes_specified)
      .def_property_readonly("active_optimization_profile",
                             &ExecutionContext::active_optimization_profile)
      .def("set_optimization_profile_async", &ExecutionContext::set_optimization_profile_async,
           py::arg("profile_index"), py::arg("stream_handle"));
}

void bind_profiling(ContextClass& cls) {
  cls.def_property(
         "profiler", [](const ExecutionContext& c) { return unhold(c.profiler()); },
         [](ExecutionContext& c, const py::object& p) { c.set_profiler(hold<Profiler>(p)); })
      .def_property("enqueue_emits_profile", &ExecutionContext::enqueue_emits_profile,
                    &ExecutionContext::set_enqueue_emits_profile)
      .def("report_to_profiler", &ExecutionContext::report_to_profiler);
}

void bind_debugging(ContextClass& cls) {
  cls.def(
         "set_debug_listener",
         [](ExecutionContext& c, const py::object& listener) {
           c.set_debug_listener(hold<DebugListener>(listener));
           return true;
         },
         py::arg("listener"),
         "Who is told of debug tensors whose state is on when a run has computed them.")
      .def("get_debug_listener",
           [](const ExecutionContext& c) { return unhold(c.debug_listener()); })
      .def("set_tensor_debug_state", &ExecutionContext::set_tensor_debug_state, py::arg("name"),
           py::arg("flag"), "False, with a message, when no debug tensor has the name.")
      .def("set_all_tensors_debug_state", &ExecutionContext::set_all_tensors_debug_state,
           py::arg("flag"))
      .def("get_debug_state", &ExecutionContext::debug_state, py::arg("name"))
      .def_property(
          "unfused_tensors_debug_state", &ExecutionContext::unfused_tensors_debug_state,
          [](ExecutionContext& c, bool flag) { c.set_unfused_tensors_debug_state(flag); });
}

void bind_memory(ContextClass& cls) {
  const auto set_memory = [](ExecutionContext& c, size_t memory, int64_t size) {
    c.set_device_memory(reinterpret_cast<void*>(memory), size);
  };
  cls.def("set_device_memory", set_memory, py::arg("memory"), py::arg("size"),
          "The memory of a context of strategy USER_MANAGED, at a multiple of 64.")
      .def("update_device_memory_size_for_shapes",
           &ExecutionContext::update_device_memory_size_for_shapes, py::call_guard<Released>(),
           "Bytes that set_device_memory must give for the shapes as they are now.")
      .def("get_runtime_config", &ExecutionContext::runtime_config)
      .def_property(
          "temporary_allocator",
          [](const ExecutionContext& c) { return unhold(c.temporary_allocator()); },
          [](ExecutionContext& c, const py::object& allocator) {
            c.set_temporary_allocator(hold<GpuAllocator>(allocator));
          },
          "Where the context's memory comes from; None is the library's own.");
}

void bind_settings(ContextClass& cls) {
  cls.def_property("debug_sync", &ExecutionContext::debug_sync, &ExecutionContext::set_debug_sync)
      .def_property("nvtx_verbosity", &ExecutionContext::nvtx_verbosity,
                    &ExecutionContext::set_nvtx_verbosity)
      .def_property("persistent_cache_limit", &ExecutionContext::persistent_cache_limit,
                    &ExecutionContext::set_persistent_cache_limit)
      .def("set_input_consumed_event", &ExecutionContext::set_input_consumed_event,
           py::arg("event"))
      .def("get_input_consumed_event", &ExecutionContext::input_consumed_event)
      .def("set_aux_streams", &ExecutionContext::set_aux_streams, py::arg("aux_streams"));
}

}  // namespace

bool set_tensor_array(ExecutionContext& context, const std::string& name, const py::array& array) {
  void* address = array_address(context, name, array);
  return context.set_tensor_address(name, address, static_cast<uint64_t>(array.nbytes()),
                                    keep_with<const void>(address, array));
}

void bind_execution_context(py::module_& m) {
  auto cls = py::reinterpret_borrow<ContextClass>(m.attr("IExecutionContext"));
  bind_shapes(cls);
  bind_profiling(cls);
  bind_debugging(cls);
  bind_memory(cls);
  bind_settings(cls);
  add_error_recorder<ExecutionContext>(cls);
  cls.def_property("name", &ExecutionContext::name, &ExecutionContext::set_name)
      .def_property_readonly(
          "engine",
          [](const ExecutionContext& c) { return std::const_pointer_cast<CudaEngine>(c.engine()); })
      .def("set_tensor_address", &set_tensor_address, py::arg("name"), py::arg("memory"),
           "The memory of an input or output: an address as an int, or a C-contiguous array. The "
           "array lives as long as it is set here and a queued run uses it; of an address, the "
           "array among the caller's variables (or in a list, tuple or dict there) that starts at "
           "it. Memory may be an input's and an output's at once.")
      .def("get_tensor_address", &get_tensor_address, py::arg("name"))
      .def(
          "set_output_allocator",
          [](ExecutionContext& c, const std::string& name, const py::object& allocator) {
            return c.set_output_allocator(name, hold<OutputAllocator>(allocator));
          },
          py::arg("name"), py::arg("output_allocator"))
      .def(
          "get_output_allocator",
          [](const ExecutionContext& c, const std::string& name) {
            return unhold(c.output_allocator(name));
          },
          py::arg("name"))
      .def("execute_async_v3", &ExecutionContext::execute_async_v3, py::arg("stream_handle"),
           py::call_guard<Released>(),
           "Queues a run. The default stream, 0, has run when this returns. False, with the reason "
           "in the log, on failure.")
      .def("execute_v2", &execute_v2, py::arg("bindings"))
      .def_property_readonly("num_threads", &ExecutionContext::num_threads)
      .def_property_readonly("memory_size", &ExecutionContext::memory_size)
      .def("_enter", &ExecutionContext::enter)
      .def("_leave", &ExecutionContext::leave);
  add_context_manager(cls);
}

}  // namespace trtlike::bindings
