// What Scatter's reference and kernels share.
#pragma once

#include <algorithm>

#include "ops/op.h"

namespace trtlike::ops {

enum class ScatterReduction : int32_t { None = 0, Add = 1, Multiply = 2, Max = 3, Min = 4 };

/// What stands in an element after an update: integers in 64 bits, others in double. The maximum
/// and minimum of a NaN and anything are NaN.
template <typename T>
void combine(T& element, T update, ScatterReduction reduction) {
  if (reduction == ScatterReduction::None) {
    element = update;
    return;
  }
  const core::Wide<T> a = core::widen(element), b = core::widen(update);
  switch (reduction) {
    case ScatterReduction::Add:
      element = core::narrow<T>(core::wrapping_sum(a, b));
      break;
    case ScatterReduction::Multiply:
      element = core::narrow<T>(core::wrapping_product(a, b));
      break;
    case ScatterReduction::Max:
      element = core::narrow<T>(b > a || b != b ? b : a);
      break;
    default:
      element = core::narrow<T>(b < a || b != b ? b : a);
      break;
  }
}

}  // namespace trtlike::ops
