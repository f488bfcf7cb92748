// What Scatter's reference and kernels share.
#pragma once

#include <algorithm>

#include "ops/op.h"

namespace trtlike::ops {

enum class ScatterMode : int32_t { Element = 0, Nd = 1 };
enum class ScatterReduction : int32_t { None = 0, Add = 1, Multiply = 2, Max = 3, Min = 4 };

/// What stands in an element after an update: integers in 64 bits, others in double.
template <typename T>
void combine(T& element, T update, ScatterReduction reduction) {
  if (reduction == ScatterReduction::None) {
    element = update;
    return;
  }
  using Wide = std::conditional_t<std::is_integral_v<T>, int64_t, double>;
  const auto wide = [](T v) -> Wide {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<Wide>(v);
    } else {
      return core::to_double(v);
    }
  };
  const Wide a = wide(element), b = wide(update);
  Wide result = 0;
  switch (reduction) {
    case ScatterReduction::Add:
      result = a + b;
      break;
    case ScatterReduction::Multiply:
      result = a * b;
      break;
    case ScatterReduction::Max:
      result = std::max(a, b);
      break;
    default:
      result = std::min(a, b);
      break;
  }
  if constexpr (std::is_integral_v<T>) {
    element = static_cast<T>(result);
  } else {
    element = core::from_double<T>(result);
  }
}

}  // namespace trtlike::ops
