// Arithmetic on dimensions: counts, strides, broadcasting. Extents below zero are unknown and stay
// unknown.
#pragma once

#include <ostream>

#include "core/strings.h"
#include "trtlike/types.h"

namespace trtlike::core {

inline constexpr int64_t kUnknownDim = -1;
/// No tensor has more elements than that (and extents of 0 do not help): byte counts of the largest
/// ones are far from wrapping.
inline constexpr int64_t kMaxElems = int64_t{1} << 48;

inline std::ostream& operator<<(std::ostream& out, const Dims& dims) {
  return out << dims.to_string();
}

/// True when the rank and every extent are known.
bool is_static(const Dims& dims);
bool has_valid_extents(const Dims& dims);
[[noreturn]] void fail_extents(const Dims& dims, const std::string& where);
/// Throws UserError that begins with `where` unless every extent is -1 or more and the known ones
/// make at most kMaxElems elements.
template <typename... Parts>
void check_extents(const Dims& dims, const Parts&... where) {
  if (!has_valid_extents(dims)) fail_extents(dims, str(where...));
}
/// The product of all extents; throws UserError for more than kMaxElems. All extents must be known.
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
/// a * b and a + b. Throw UserError naming `what` when the result does not fit 64 bits.
int64_t checked_product(int64_t a, int64_t b, const char* what);
int64_t checked_sum(int64_t a, int64_t b, const char* what);
inline bool is_known(int64_t extent) { return extent >= 0; }

}  // namespace trtlike::core

namespace trtlike {
using core::operator<<;
}
