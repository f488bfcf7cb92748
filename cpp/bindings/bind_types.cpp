// Dimensions, weights and element types.
#include <sstream>

#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

struct Dims2 : Dims {
  using Dims::Dims;
};
struct DimsHW : Dims2 {
  using Dims2::Dims2;
};
struct Dims3 : Dims {
  using Dims::Dims;
};
struct Dims4 : Dims {
  using Dims::Dims;
};

std::vector<int64_t> extents(const py::object& sequence) {
  std::vector<int64_t> out;
  for (const py::handle item : sequence) {
    const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(item.ptr()));
    if (!index) throw py::error_already_set();
    out.push_back(index.cast<int64_t>());
  }
  return out;
}

template <typename D>
D make_dims(const py::object& shape, int rank) {
  const std::vector<int64_t> e = extents(shape);
  if (rank >= 0 && static_cast<int>(e.size()) != rank)
    throw py::value_error("[types] dimensions: expected " + std::to_string(rank) +
                          " extents, got " + std::to_string(e.size()) + ".");
  return D(e.data(), e.size());
}

int checked_index(const Dims& d, int64_t i) {
  const int64_t at = i < 0 ? i + d.rank() : i;
  if (at < 0 || at >= d.rank()) throw py::index_error("[types] dimensions: index out of range.");
  return static_cast<int>(at);
}

py::tuple to_tuple(const Dims& d) {
  if (d.rank() < 0) throw py::value_error("[types] dimensions: the rank is not known.");
  py::tuple t(d.rank());
  for (int i = 0; i < d.rank(); ++i) t[static_cast<size_t>(i)] = d[i];
  return t;
}

bool equals(const Dims& d, const py::object& other) {
  if (py::isinstance<Dims>(other)) return d == other.cast<Dims>();
  if (!py::isinstance<py::sequence>(other) || d.rank() < 0) return false;
  return to_tuple(d).equal(py::tuple(other));
}

template <typename D, typename... Bases>
py::class_<D, Bases...> bind_fixed_dims(py::module_& m, const char* name, int rank) {
  py::class_<D, Bases...> cls(m, name);
  cls.def(py::init([rank] {
    return D(std::vector<int64_t>(static_cast<size_t>(rank), 0).data(), static_cast<size_t>(rank));
  }));
  cls.def(py::init([rank](const py::object& shape) { return make_dims<D>(shape, rank); }),
          py::arg("shape"));
  return cls;
}

void bind_dims(py::module_& m) {
  py::class_<Dims>(
      m, "Dims",
      "The extents of a tensor, at most MAX_DIMS; -1 where they are known at run time only.")
      .def(py::init<>())
      .def(py::init([](const py::object& shape) { return make_dims<Dims>(shape, -1); }),
           py::arg("shape"))
      .def_property_readonly_static("MAX_DIMS", [](const py::object&) { return Dims::kMaxDims; })
      .def("__len__", [](const Dims& d) { return std::max(0, d.rank()); })
      .def("__getitem__", [](const Dims& d, int64_t i) { return d[checked_index(d, i)]; })
      .def("__getitem__",
           [](const Dims& d, const py::slice& s) -> py::object { return to_tuple(d)[s]; })
      .def("__setitem__",
           [](Dims& d, int64_t i, int64_t extent) { d[checked_index(d, i)] = extent; })
      .def("__iter__", [](const Dims& d) { return py::iter(to_tuple(d)); })
      .def("__eq__", equals)
      .def("__ne__", [](const Dims& d, const py::object& other) { return !equals(d, other); })
      .def("__hash__", [](const Dims& d) { return py::hash(to_tuple(d)); })
      .def("__str__", [](const Dims& d) { return py::str(to_tuple(d)); })
      .def("__repr__", [](const Dims& d) { return py::str(to_tuple(d)); });
  bind_fixed_dims<Dims2, Dims>(m, "Dims2", 2)
      .def(py::init([](int64_t a, int64_t b) { return Dims2{a, b}; }), py::arg("dim0"),
           py::arg("dim1"));
  bind_fixed_dims<DimsHW, Dims2>(m, "DimsHW", 2)
      .def(py::init([](int64_t h, int64_t w) { return DimsHW{h, w}; }), py::arg("h"), py::arg("w"))
      .def_property(
          "h", [](const DimsHW& d) { return d[0]; }, [](DimsHW& d, int64_t h) { d[0] = h; })
      .def_property(
          "w", [](const DimsHW& d) { return d[1]; }, [](DimsHW& d, int64_t w) { d[1] = w; });
  bind_fixed_dims<Dims3, Dims>(m, "Dims3", 3)
      .def(py::init([](int64_t a, int64_t b, int64_t c) { return Dims3{a, b, c}; }),
           py::arg("dim0"), py::arg("dim1"), py::arg("dim2"));
  bind_fixed_dims<Dims4, Dims>(m, "Dims4", 4)
      .def(py::init([](int64_t a, int64_t b, int64_t c, int64_t d) { return Dims4{a, b, c, d}; }),
           py::arg("dim0"), py::arg("dim1"), py::arg("dim2"), py::arg("dim3"));
  py::implicitly_convertible<py::tuple, Dims>();
  py::implicitly_convertible<py::list, Dims>();
  py::implicitly_convertible<py::array, Dims>();
}

DataType dtype_of(const py::array& a) {
  const char kind = a.dtype().kind();
  const auto size = a.dtype().itemsize();
  if (kind == 'f' && size == 4) return DataType::Float;
  if (kind == 'f' && size == 2) return DataType::Half;
  if (kind == 'i' && size == 1) return DataType::Int8;
  if (kind == 'i' && size == 4) return DataType::Int32;
  if (kind == 'i' && size == 8) return DataType::Int64;
  if (kind == 'b') return DataType::Bool;
  if (kind == 'u' && size == 1) return DataType::UInt8;
  if (std::string(py::str(a.dtype())) == "bfloat16") return DataType::BF16;
  throw py::type_error(
      "[types] weights: expected an array of float32, float16, bfloat16, int8, int32, int64, "
      "bool or uint8, got " +
      std::string(py::str(a.dtype())) + ".");
}

Weights weights_from_array(const py::array& a) {
  if ((a.flags() & py::array::c_style) == 0)
    throw py::value_error(
        "[types] weights: expected a C-contiguous array, got one that is not. Use "
        "numpy.ascontiguousarray.");
  return {dtype_of(a), a.data(), static_cast<int64_t>(a.size()),
          keep_with(static_cast<const void*>(a.data()), a)};
}

size_t weights_bytes(const Weights& w) {
  const int64_t in_byte = elements_in_byte(w.type);
  if (in_byte > 1) return static_cast<size_t>((w.count + in_byte - 1) / in_byte);
  return static_cast<size_t>(w.count) * static_cast<size_t>(numpy_dtype(w.type).itemsize());
}

void bind_weights(py::module_& m) {
  py::class_<Weights>(
      m, "Weights", "A block of constant elements. Made of an array it shares the array's memory.")
      .def(py::init([](DataType type) { return Weights{type, nullptr, 0, nullptr}; }),
           py::arg("type") = DataType::Float)
      .def(py::init([](DataType type, size_t ptr, int64_t count) {
             return Weights{type, reinterpret_cast<const void*>(ptr), count, nullptr};
           }),
           py::arg("type"), py::arg("ptr"), py::arg("count"))
      .def(py::init(&weights_from_array), py::arg("a"))
      .def_readonly("dtype", &Weights::type)
      .def_readonly("size", &Weights::count)
      .def_property_readonly("nbytes", &weights_bytes)
      .def("numpy", &weights_to_numpy)
      .def("__len__", [](const Weights& w) { return w.count; });
  py::implicitly_convertible<py::array, Weights>();
}

}  // namespace

int elements_in_byte(DataType dtype) {
  switch (dtype) {
    case DataType::Int4:
    case DataType::UInt4:
    case DataType::FP4:
      return 2;
    case DataType::Int2:
    case DataType::UInt2:
      return 4;
    default:
      return 1;
  }
}

py::dtype bits_of_bfloat16() { return py::dtype::of<uint16_t>(); }

/// ml_dtypes' type, or the bits where it is not installed.
static py::dtype ml_dtype(const char* name, const char* bits) {
  try {
    return py::dtype::from_args(py::module_::import("ml_dtypes").attr(name));
  } catch (py::error_already_set& missing) {
    if (!missing.matches(PyExc_ImportError)) throw;
    return py::dtype(bits);
  }
}

py::dtype numpy_dtype(DataType dtype) {
  switch (dtype) {
    case DataType::BF16:
      return ml_dtype("bfloat16", "uint16");
    case DataType::FP8:
      return ml_dtype("float8_e4m3fn", "uint8");
    case DataType::FP8E5M2:
      return ml_dtype("float8_e5m2", "uint8");
    case DataType::FP8E4M3FNUZ:
      return ml_dtype("float8_e4m3fnuz", "uint8");
    case DataType::FP8E5M2FNUZ:
      return ml_dtype("float8_e5m2fnuz", "uint8");
    case DataType::E8M0:
      return ml_dtype("float8_e8m0fnu", "uint8");
    case DataType::Float:
      return py::dtype::of<float>();
    case DataType::Half:
      return py::dtype("float16");
    case DataType::Int8:
      return py::dtype::of<int8_t>();
    case DataType::Int32:
      return py::dtype::of<int32_t>();
    case DataType::Int64:
      return py::dtype::of<int64_t>();
    case DataType::Bool:
      return py::dtype::of<bool>();
    case DataType::UInt8:
      return py::dtype::of<uint8_t>();
    case DataType::Double:
      return py::dtype::of<double>();
    case DataType::Int16:
      return py::dtype::of<int16_t>();
    case DataType::UInt16:
      return py::dtype::of<uint16_t>();
    case DataType::UInt32:
      return py::dtype::of<uint32_t>();
    case DataType::UInt64:
      return py::dtype::of<uint64_t>();
    default:
      throw py::type_error("[types] numpy has no type for this element type.");
  }
}

py::array weights_to_numpy(const Weights& w) {
  const py::capsule owner(new Weights(w), [](void* p) { delete static_cast<Weights*>(p); });
  return py::array(numpy_dtype(w.type), {w.count}, {}, w.values, owner);
}

void bind_types(py::module_& m) {
  bind_dims(m);
  bind_weights(m);
  m.def("nptype", &numpy_dtype, py::arg("trt_type"),
        "The numpy dtype of an element type; TypeError where numpy has none. Of BF16 and "
        "numbers of 8 bits it is ml_dtypes' type, and where ml_dtypes is not installed uint16 or "
        "uint8: their bits. A bfloat16 is (x.astype(numpy.uint32) << 16).view(numpy.float32).");
}

}  // namespace trtlike::bindings
