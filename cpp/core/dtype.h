// Element types: sizes, names, the 16-bit floats, and the one place where types become templates.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
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

/// Any stored element as a double, and back with the rounding of the storage type.
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
    return float_to_half(static_cast<float>(v));
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return float_to_bfloat16(static_cast<float>(v));
  } else if constexpr (std::is_same_v<T, bool>) {
    return v != 0;
  } else {
    return static_cast<T>(v);
  }
}

/// "FLOAT", "HALF", ... as TensorRT prints them.
const char* dtype_name(DataType dtype);
/// "f32", "f16", ... as tactic names spell them.
const char* dtype_short_name(DataType dtype);
/// Bytes of `elems` elements; 4-bit types are packed two to a byte.
size_t dtype_bytes(DataType dtype, int64_t elems);
bool is_float(DataType dtype);
bool is_integer(DataType dtype);

/// Calls f(tag) with a value of the C++ type that stores `dtype`: float, Half, BFloat16, int8_t,
/// int32_t, int64_t, bool or uint8_t. Throws UnsupportedError that names `what` and the type for
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
    default:
      break;
  }
  throw UnsupportedError(str("[core] ", what,
                             ": expected an element type that can be computed with, got ",
                             dtype_name(dtype), "."));
}

}  // namespace trtlike::core
