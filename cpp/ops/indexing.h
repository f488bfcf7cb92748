// Walking over the indices of a tensor and copying single elements: what references of ops that
// move data are made of.
#pragma once

#include <cstring>
#include <string>

#include "core/tensor_view.h"

namespace trtlike::ops {

/// Calls f(index, n) for every index of `dims` in row-major order; n counts from 0.
template <typename F>
void for_each_index(const Dims& dims, F&& f) {
  const int64_t count = core::elems(dims);
  Dims index = Dims::filled(dims.rank(), 0);
  for (int64_t n = 0; n < count; ++n) {
    f(static_cast<const Dims&>(index), n);
    for (int axis = dims.rank() - 1; axis >= 0; --axis) {
      if (++index[axis] < dims[axis]) break;
      index[axis] = 0;
    }
  }
}

/// The element that `index` names in a tensor of these strides.
inline int64_t offset_of(const Dims& index, const Dims& strides) {
  int64_t offset = 0;
  for (int axis = 0; axis < index.rank(); ++axis) offset += index[axis] * strides[axis];
  return offset;
}

/// "expected indices between -3 and 2 for axis 0 of shape [3, 4], got 7."
std::string index_sentence(int64_t given, const Dims& dims, int axis);

/// Throws UserError for an element of input 1 that is outside of axis `axis`.
[[noreturn]] void fail_index(int64_t given, const Dims& dims, int axis);

/// The index on axis `axis` that `given` means: one below zero counts from the back. Throws
/// UserError when it is outside.
inline int64_t resolve_index(int64_t given, const Dims& dims, int axis) {
  const int64_t extent = dims[axis], index = given < 0 ? given + extent : given;
  if (index < 0 || index >= extent) fail_index(given, dims, axis);
  return index;
}

/// Bytes of one element. Throws UnsupportedError naming `what` for types that share a byte.
inline size_t element_bytes(DataType dtype, const char* what) {
  const size_t two = core::dtype_bytes(dtype, 2);
  if (two < 2)
    throw UnsupportedError(core::str("[ops] ", what, ": expected elements of whole bytes, got ",
                                     core::dtype_name(dtype), "."));
  return two / 2;
}

/// Copies elements of one type between two tensors.
class ElementMover {
 public:
  ElementMover(const core::TensorView& from, const core::TensorView& to, const char* what)
      : bytes_(element_bytes(to.dtype, what)), from_(from.as<char>()), to_(to.as<char>()) {}

  void copy(int64_t from, int64_t to) const {
    std::memcpy(to_ + static_cast<size_t>(to) * bytes_, from_ + static_cast<size_t>(from) * bytes_,
                bytes_);
  }
  void clear(int64_t to) const { std::memset(to_ + static_cast<size_t>(to) * bytes_, 0, bytes_); }

 private:
  size_t bytes_;
  const char* from_;
  char* to_;
};

}  // namespace trtlike::ops
