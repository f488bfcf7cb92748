// ElementWise operations on integers: exact, wrapping around like the machine's, defined for every
// operand.
#pragma once

#include <limits>
#include <type_traits>

#include "trtlike/enums/layer_enums.h"

namespace trtlike::ops {

/// Toward zero; x / 0 is 0, and the one quotient that does not fit wraps around.
template <typename T>
T divide(T a, T b) {
  if (b == 0) return 0;
  if constexpr (std::is_signed_v<T>)
    if (b == -1) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
  return static_cast<T>(a / b);
}

/// Toward minus infinity.
template <typename T>
T floor_divide(T a, T b) {
  const T quotient = divide(a, b);
  if constexpr (std::is_signed_v<T>)
    if (b != 0 && b != -1 && a % b != 0 && (a < 0) != (b < 0)) return static_cast<T>(quotient - 1);
  return quotient;
}

/// By squaring, wrapping around. Negative exponents truncate: 0 unless the base is 1 or -1.
template <typename T>
T power(T base, T exponent) {
  using U = std::make_unsigned_t<T>;
  if constexpr (std::is_signed_v<T>)
    if (exponent < 0) return base == 1 ? T{1} : base == -1 ? T(exponent % 2 != 0 ? -1 : 1) : T{0};
  uint64_t result = 1, factor = static_cast<uint64_t>(base);
  for (auto e = static_cast<U>(exponent); e != 0; e = static_cast<U>(e >> 1)) {
    if ((e & 1) != 0) result *= factor;
    factor *= factor;
  }
  return static_cast<T>(result);
}

/// Comparisons give 0 or 1; AND, OR and XOR work on the bits.
template <typename T>
T integer_elementwise(ElementWiseOperation op, T a, T b) {
  const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  switch (op) {
    case ElementWiseOperation::Sum:
      return static_cast<T>(x + y);
    case ElementWiseOperation::Prod:
      return static_cast<T>(x * y);
    case ElementWiseOperation::Max:
      return a > b ? a : b;
    case ElementWiseOperation::Min:
      return a < b ? a : b;
    case ElementWiseOperation::Sub:
      return static_cast<T>(x - y);
    case ElementWiseOperation::Div:
      return divide(a, b);
    case ElementWiseOperation::Pow:
      return power(a, b);
    case ElementWiseOperation::FloorDiv:
      return floor_divide(a, b);
    case ElementWiseOperation::And:
      return static_cast<T>(x & y);
    case ElementWiseOperation::Or:
      return static_cast<T>(x | y);
    case ElementWiseOperation::Xor:
      return static_cast<T>(x ^ y);
    case ElementWiseOperation::Equal:
      return static_cast<T>(a == b);
    case ElementWiseOperation::Greater:
      return static_cast<T>(a > b);
    case ElementWiseOperation::Less:
      return static_cast<T>(a < b);
  }
  return a;
}

}  // namespace trtlike::ops
