// Element types: sizes, names, the 16-bit floats, and the one place where types become templates.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include "core/check.h"
#include "trtlike/types.h"

namespace trtlike::core {

/// IEEE 754 binary16, storage only.
struct Half {
  uint16_t bits = 0;
};

/// bfloat16, storage only.
struct BFloat16 {
  uint16_t bits = 0;
};

float half_to_float(Half h);
/// Rounds to nearest even; overflow gives infinity.
Half float_to_half(float f);

inline float bfloat16_to_float(BFloat16 b) {
  return std::bit_cast<float>(static_cast<uint32_t>(b.bits) << 16);
}

/// Rounds to nearest even; NaN stays a quiet NaN.
inline BFloat16 float_to_bfloat16(float f) {
  const uint32_t u = std::bit_cast<uint32_t>(f);
  if ((u & 0x7fffffffu) > 0x7f800000u) return {static_cast<uint16_t>((u >> 16) | 0x40u)};
  return {static_cast<uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16)};
}

/// The nearest float, or where `v` is none the neighbour whose last bit is set: a further rounding
/// to half or bfloat16 then gives what rounding `v` at once gives.
float double_to_odd_float(double v);

/// Truncates toward zero and saturates; NaN gives 0.
template <typename To, typename From>
To saturate(From v) {
  static_assert(std::is_integral_v<To> && std::is_floating_point_v<From>);
  if (std::isnan(v)) return 0;
  const auto wide = static_cast<double>(v);
  if (wide <= static_cast<double>(std::numeric_limits<To>::min()))
    return std::numeric_limits<To>::min();
  if (wide >= static_cast<double>(std::numeric_limits<To>::max()))
    return std::numeric_limits<To>::max();
  return static_cast<To>(v);
}

/// Any stored element as a double, and back with the rounding of the storage type; integers
/// saturate.
template <typename T>
double to_double(T v) {
  if constexpr (std::is_same_v<T, Half>) {
    return half_to_float(v);
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return bfloat16_to_float(v);
  } else {
    return static_cast<double>(v);
  }
}

template <typename T>
T from_double(double v) {
  if constexpr (std::is_same_v<T, Half>) {
    return float_to_half(double_to_odd_float(v));
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return float_to_bfloat16(double_to_odd_float(v));
  } else if constexpr (std::is_same_v<T, bool>) {
    return v != 0;
  } else if constexpr (std::is_integral_v<T>) {
    return saturate<T>(v);
  } else {
    return static_cast<T>(v);
  }
}

/// What sums and products of T are formed in: double, or 64 bits, in which all integers wrap as
/// they do in T.
template <typename T>
using Wide = std::conditional_t<!std::is_integral_v<T>, double,
                                std::conditional_t<std::is_same_v<T, uint64_t>, uint64_t, int64_t>>;

template <typename T>
Wide<T> widen(T v) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<Wide<T>>(v);
  } else {
    return to_double(v);
  }
}

/// Integers keep their low bits, the others are rounded.
template <typename T>
T narrow(Wide<T> v) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(v);
  } else {
    return from_double<T>(v);
  }
}

template <typename W>
W wrapping_sum(W a, W b) {
  using U = std::conditional_t<std::is_integral_v<W>, uint64_t, W>;
  return static_cast<W>(static_cast<U>(a) + static_cast<U>(b));
}

template <typename W>
W wrapping_product(W a, W b) {
  using U = std::conditional_t<std::is_integral_v<W>, uint64_t, W>;
  return static_cast<W>(static_cast<U>(a) * static_cast<U>(b));
}

/// Every element type, in the order of their values.
std::span<const DataType> all_dtypes();
/// True for the integer value of an element type.
bool is_dtype(int64_t value);
/// "FLOAT", "HALF", ... as TensorRT prints them.
const char* dtype_name(DataType dtype);
/// "f32", "f16", ... as tactic names spell them.
const char* dtype_short_name(DataType dtype);
/// Bytes of `elems` elements of so many bits each, side by side. Throws UserError for counts below
/// 0 or above kMaxElems, so that no count of bytes wraps.
size_t packed_bytes(int64_t elems, int bits);
/// Bytes of `elems` elements; those of less than a byte are packed.
size_t dtype_bytes(DataType dtype, int64_t elems);
/// FLOAT, HALF or BF16: what fast kernels compute with and a precision may exchange.
bool is_float(DataType dtype);
/// Those and DOUBLE.
bool is_floating_point(DataType dtype);
bool is_integer(DataType dtype);
inline bool is_number(DataType dtype) { return is_floating_point(dtype) || is_integer(dtype); }
/// Truth values and the integers that fit 64 bits with a sign: elements that shape rules may know.
bool is_host_type(DataType dtype);

/// Calls f(tag) with a value of the C++ type that stores `dtype`: float, Half, BFloat16, double,
/// bool or an integer of 8 to 64 bits. Throws UnsupportedError that names `what` and the type for
/// the others.
template <typename F>
decltype(auto) dispatch_dtype(DataType dtype, const char* what, F&& f) {
  switch (dtype) {
    case DataType::Float:
      return f(float{});
    case DataType::Half:
      return f(Half{});
    case DataType::BF16:
      return f(BFloat16{});
    case DataType::Int8:
      return f(int8_t{});
    case DataType::Int32:
      return f(int32_t{});
    case DataType::Int64:
      return f(int64_t{});
    case DataType::Bool:
      return f(bool{});
    case DataType::UInt8:
      return f(uint8_t{});
    case DataType::Double:
      return f(double{});
    case DataType::Int16:
      return f(int16_t{});
    case DataType::UInt16:
      return f(uint16_t{});
    case DataType::UInt32:
      return f(uint32_t{});
    case DataType::UInt64:
      return f(uint64_t{});
    default:
      break;
  }
  throw UnsupportedError(str("[core] ", what,
                             ": expected an element type that can be computed with, got ",
                             dtype_name(dtype), "."));
}

}  // namespace trtlike::core
