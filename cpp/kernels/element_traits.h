// What follows from the types of a kernel.
#pragma once

#include "kernels/element_types.h"

namespace trtlike::kernels {

/// The element type that a C++ type stores.
template <typename T>
inline constexpr DataType kDataType = [] {
  for (const DataType type : {DataType::Float, DataType::Half, DataType::BF16, DataType::Int8,
                              DataType::UInt8, DataType::Int32, DataType::Int64})
    if (kTypeSet<T> == TypeSet(type)) return type;
}();

/// The neighbours of A, and of B, that are multiplied at once and added to one sum: as many as fill
/// its bits where both are of one size, as instructions for narrow types do.
template <typename Types>
inline constexpr int kDepth =
    sizeof(typename Types::A) == sizeof(typename Types::B)
        ? static_cast<int>(sizeof(typename Types::Sum) / sizeof(typename Types::A))
        : 1;

}  // namespace trtlike::kernels
