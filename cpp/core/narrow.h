// Element types of fewer bits than C++ computes with: floating-point numbers of 8 and 4 bits,
// powers of two, integers of 4 and 2 bits. They are stored and converted; elements of less than a
// byte lie side by side from its low bits on.
#pragma once

#include <cstdint>

#include "trtlike/types.h"

namespace trtlike::core {

/// Asked for each element that is read or written.
constexpr bool is_narrow(DataType dtype) {
  switch (dtype) {
    case DataType::FP8:
    case DataType::FP8E5M2:
    case DataType::FP8E4M3FNUZ:
    case DataType::FP8E5M2FNUZ:
    case DataType::FP4:
    case DataType::E8M0:
    case DataType::Int4:
    case DataType::UInt4:
    case DataType::Int2:
    case DataType::UInt2:
      return true;
    default:
      return false;
  }
}
/// INT4, UINT4, INT2 and UINT2.
bool is_narrow_integer(DataType dtype);

/// How a number becomes a power of two (E8M0).
enum class PowerRounding : int64_t { Up = 0, Down = 1, Nearest = 2 };

struct NarrowRounding {
  /// Beyond the largest number: the largest, else infinity or NaN as the type has them.
  bool saturates = true;
  PowerRounding powers = PowerRounding::Up;
};

/// Element `i` of a dense tensor.
double narrow_element(const void* data, DataType dtype, int64_t i);
/// To the nearest number, ties to even; integers truncate and keep their low bits, NaN gives 0 in
/// types that have none. The bits of neighbours in a byte stay.
void set_narrow_element(void* data, DataType dtype, int64_t i, double v,
                        const NarrowRounding& how = {});

/// The least and the largest number of the type.
struct NarrowRange {
  double min = 0, max = 0;
};
NarrowRange narrow_range(DataType dtype);

}  // namespace trtlike::core
