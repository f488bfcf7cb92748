// Conversion of elements from one type to another, as Cast means it.
#pragma once

#include <cmath>
#include <limits>

#include "core/dtype.h"

namespace trtlike::ops {

/// Float to integer truncates toward zero and saturates, NaN gives 0; integer to integer keeps the
/// low bits; anything but 0 is true.
template <typename To, typename From>
To convert_element(From v) {
  if constexpr (std::is_same_v<From, core::Half> || std::is_same_v<From, core::BFloat16>) {
    return convert_element<To>(static_cast<float>(core::to_double(v)));
  } else if constexpr (std::is_same_v<To, bool>) {
    return v != 0;
  } else if constexpr (std::is_same_v<To, core::Half>) {
    return core::float_to_half(static_cast<float>(v));
  } else if constexpr (std::is_same_v<To, core::BFloat16>) {
    return core::float_to_bfloat16(static_cast<float>(v));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(v)) return 0;
    const double low = static_cast<double>(std::numeric_limits<To>::min());
    const double high = static_cast<double>(std::numeric_limits<To>::max());
    if (static_cast<double>(v) <= low) return std::numeric_limits<To>::min();
    if (static_cast<double>(v) >= high) return std::numeric_limits<To>::max();
    return static_cast<To>(v);
  } else {
    return static_cast<To>(v);
  }
}

/// Calls f(from_tag, to_tag) with the C++ types of both element types.
template <typename F>
void dispatch_conversion(DataType from, DataType to, const char* what, F&& f) {
  core::dispatch_dtype(from, what, [&](auto source) {
    core::dispatch_dtype(to, what, [&](auto target) { f(source, target); });
  });
}

}  // namespace trtlike::ops
