// Arithmetic on dimensions: counts, strides, broadcasting. Extents below zero are unknown and stay
// unknown.
#pragma once

#include <ostream>

#include "trtlike/types.h"

namespace trtlike::core {

inline constexpr int64_t kUnknownDim = -1;

inline std::ostream& operator<<(std::ostream& out, const Dims& dims) {
  return out << dims.to_string();
}

/// True when the rank and every extent are known.
bool is_static(const Dims& dims);
/// The product of all extents; throws UserError when it does not fit 62 bits. All extents must be
/// known.
int64_t elems(const Dims& dims);
/// The product of extents [begin, end).
int64_t elems_between(const Dims& dims, int begin, int end);
/// Row-major element strides of a dense tensor.
Dims dense_strides(const Dims& dims);
/// The common shape by ONNX's multidirectional broadcasting. Throws UserError naming both shapes
/// when there is none.
Dims broadcast(const Dims& a, const Dims& b);
/// `axis` counted from the front; throws UserError naming `what` when it is outside [-rank, rank).
int normalize_axis(int64_t axis, int rank, const char* what);
/// a + b, a * b and so on for extents of which either may be unknown.
inline bool is_known(int64_t extent) { return extent >= 0; }

}  // namespace trtlike::core

namespace trtlike {
using core::operator<<;
}
