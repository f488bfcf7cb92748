// Types at the ends of branches and loops.
#pragma once

#include <algorithm>

#include "core/check.h"
#include "ops/input_error.h"
#include "ops/op.h"

namespace trtlike::ops {

inline bool has_one_element(const Dims& dims) {
  return std::all_of(dims.begin(), dims.end(),
                     [](int64_t extent) { return extent == 1 || extent < 0; });
}

/// Input `i` decides: one truth value.
inline void check_flag(const InferArgs& args, size_t i, const char* what) {
  const TensorType& type = args.inputs[i];
  TRTLIKE_CHECK(type.dtype == DataType::Bool && has_one_element(type.dims), "[ops] input ", i, " '",
                what, "': expected one BOOL, got ", core::dtype_name(type.dtype), " with shape ",
                type.dims, ".");
}

/// Input `i` counts: one integer.
inline void check_count(const InferArgs& args, size_t i, const char* what) {
  const TensorType& type = args.inputs[i];
  const bool is_integer = type.dtype == DataType::Int32 || type.dtype == DataType::Int64;
  TRTLIKE_CHECK(is_integer && has_one_element(type.dims), "[ops] input ", i, " '", what,
                "': expected one INT32 or INT64, got ", core::dtype_name(type.dtype),
                " with shape ", type.dims, ".");
}

/// Extents that are equal; -1 for the others. The ranks are.
inline Dims join_dims(const Dims& a, const Dims& b) {
  Dims out = a;
  for (int i = 0; i < out.rank(); ++i)
    if (a[i] != b[i]) out[i] = core::kUnknownDim;
  return out;
}

/// What a value is that is one of both. Throws UserError where types or ranks differ.
inline TensorType join_types(const TensorType& a, const TensorType& b, const char* what) {
  TRTLIKE_CHECK(a.dtype == b.dtype && a.dims.rank() == b.dims.rank(), "[ops] ", what,
                ": expected values of one type and rank, got ", core::dtype_name(a.dtype),
                " with shape ", a.dims, " and ", core::dtype_name(b.dtype), " with shape ", b.dims,
                ".");
  return {a.dtype, join_dims(a.dims, b.dims)};
}

/// The elements that are the same in both.
inline HostValue join_host(const HostValue& a, const HostValue& b) {
  if (!a || !b || a->size() != b->size()) return std::nullopt;
  HostValue out = a;
  for (size_t i = 0; i < out->size(); ++i)
    if ((*a)[i] != (*b)[i]) (*out)[i] = kUnknownElement;
  return out;
}

/// The attribute "axis" counted from the front, of `rank` axes.
inline int normalize_loop_axis(const InferArgs& args, int rank) {
  const int64_t axis = args.attributes.get_int("axis");
  TRTLIKE_CHECK(axis >= -rank && axis < rank, "[ops] axis: expected one from ", -rank, " to ",
                rank - 1, ", got ", axis, ".");
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace trtlike::ops
