// Elements as whole numbers of the same order, so that an element and its position are one number
// to sort by: equal elements stay in the order of their positions. Everything has internal linkage.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/dtype.h"
#include "core/narrow.h"

namespace trtlike::kernels::selection {
namespace {

/// Ascending as the elements are. Both zeros are one, and NaN is larger than every number.
inline uint32_t ascending(float value) {
  if (value != value) return UINT32_MAX;
  const auto bits = __builtin_bit_cast(uint32_t, value + 0.0f);
  return bits ^ ((bits >> 31) != 0 ? UINT32_MAX : 0x80000000u);
}
template <typename T>
uint32_t ascending(T element) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<uint32_t>(static_cast<int64_t>(element)) ^
           (std::is_signed_v<T> ? 0x80000000u : 0u);
  } else {
    return ascending(static_cast<float>(core::widen(element)));
  }
}

/// The best come first where keys ascend.
template <typename T>
uint64_t make_key(T element, int64_t position, bool largest) {
  const uint32_t order = ascending(element);
  return static_cast<uint64_t>(largest ? ~order : order) << 32 | static_cast<uint32_t>(position);
}

inline int64_t position_of(uint64_t key) { return static_cast<int64_t>(key & UINT32_MAX); }

/// Types whose order fits 32 bits.
inline bool has_keys(DataType dtype) {
  return core::is_number(dtype) && !core::is_narrow(dtype) && core::dtype_bytes(dtype, 1) <= 4;
}

}  // namespace
}  // namespace trtlike::kernels::selection
