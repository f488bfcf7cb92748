// Conversion of elements from one type to another, as Cast means it.
#pragma once

#include <utility>

#include "core/dtype.h"

namespace trtlike::ops {

/// Float to INT8, UINT8, INT32 and INT64 truncates toward zero and saturates, as TensorRT does it;
/// to the integers that TensorRT has not it truncates and keeps the low bits, as ONNX's engines do.
/// NaN gives 0. Integer to integer keeps the low bits; anything but 0 is true.
template <typename To, typename From>
To convert_element(From v) {
  if constexpr (std::is_same_v<From, core::Half> || std::is_same_v<From, core::BFloat16>) {
    return convert_element<To>(static_cast<float>(core::to_double(v)));
  } else if constexpr (std::is_same_v<To, bool>) {
    return v != 0;
  } else if constexpr (std::is_same_v<To, core::Half> || std::is_same_v<To, core::BFloat16>) {
    return core::from_double<To>(static_cast<double>(v));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr bool kWraps = std::is_same_v<To, int16_t> || std::is_same_v<To, uint16_t> ||
                            std::is_same_v<To, uint32_t> || std::is_same_v<To, uint64_t>;
    if constexpr (std::is_same_v<To, uint64_t>)
      if (v > 0) return core::saturate<uint64_t>(v);
    if constexpr (kWraps) return static_cast<To>(core::saturate<int64_t>(v));
    return core::saturate<To>(v);
  } else {
    return static_cast<To>(v);
  }
}

/// convert_element, but an integer beyond the range of an integer becomes the nearest inside.
template <typename To, typename From>
To clamp_element(From v) {
  if constexpr (std::is_integral_v<To> && std::is_integral_v<From> && !std::is_same_v<To, bool> &&
                !std::is_same_v<From, bool>) {
    using Limits = std::numeric_limits<To>;
    if (std::cmp_less(v, Limits::min())) return Limits::min();
    if (std::cmp_greater(v, Limits::max())) return Limits::max();
  }
  return convert_element<To>(v);
}

/// Calls f(from_tag, to_tag) with the C++ types of both element types.
template <typename F>
void dispatch_conversion(DataType from, DataType to, const char* what, F&& f) {
  core::dispatch_dtype(from, what, [&](auto source) {
    core::dispatch_dtype(to, what, [&](auto target) { f(source, target); });
  });
}

}  // namespace trtlike::ops
