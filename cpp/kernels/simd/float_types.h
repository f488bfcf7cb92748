// The element types that floating-point kernels are written for, as template arguments and as
// positions in tables of loops.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/dtype.h"
#include "kernels/tensor_desc.h"

namespace trtlike::kernels {

inline constexpr size_t kFloatTypes = 3;

/// A function for each of f32, f16 and bf16.
template <typename Function>
struct FloatTable {
  std::array<Function, kFloatTypes> functions;

  Function operator[](DataType dtype) const {
    return functions[dtype == DataType::Float ? 0 : dtype == DataType::Half ? 1 : 2];
  }
};

/// Nothing when the type is f32, f16 or bf16.
inline std::optional<std::string> refuse_type(DataType dtype) {
  if (core::is_float(dtype)) return std::nullopt;
  return std::string("needs f32, f16 or bf16, got ") + core::dtype_short_name(dtype);
}

}  // namespace trtlike::kernels
