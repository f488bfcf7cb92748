// A typed, shaped pointer: what reference computations read and write. Dense, row-major, not
// owning.
#pragma once

#include "core/dtype.h"
#include "core/narrow.h"
#include "core/shape.h"

namespace trtlike::core {

struct TensorView {
  void* data = nullptr;
  DataType dtype = DataType::Float;
  Dims dims;

  int64_t elems() const { return core::elems(dims); }
  size_t bytes() const { return dtype_bytes(dtype, elems()); }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data);
  }
  /// Element `i` in row-major order as a double (exact for all types but large int64).
  double at(int64_t i) const {
    if (is_narrow(dtype)) return narrow_element(data, dtype, i);
    return dispatch_dtype(dtype, "element",
                          [&](auto tag) { return to_double(as<decltype(tag)>()[i]); });
  }
  void set(int64_t i, double v) const {
    if (is_narrow(dtype)) return set_narrow_element(data, dtype, i, v);
    dispatch_dtype(dtype, "element",
                   [&](auto tag) { as<decltype(tag)>()[i] = from_double<decltype(tag)>(v); });
  }
};

}  // namespace trtlike::core
