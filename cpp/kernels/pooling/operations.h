// What pooling combines elements by. Internal linkage like Vector.
#pragma once

#include <limits>

#include "kernels/pooling/pooling.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::pooling {
namespace {

struct MaxOf {
  static constexpr float kStart = -std::numeric_limits<float>::infinity();
  static Vector combine(Vector a, Vector b) { return max(a, b); }
  static float across(Vector v) { return maximum(v); }
  static float scalar(float a, float b) { return a > b ? a : b; }
};

/// A NaN on either side is kept: max gives its second operand when one is NaN.
struct MaxOrNanOf {
  static constexpr float kStart = MaxOf::kStart;
  static Vector combine(Vector a, Vector b) { return select(is_nan(b), b, max(b, a)); }
  static float across(Vector v) {
    float lanes[Vector::kLanes];
    v.store(lanes);
    float most = kStart;
    for (const float lane : lanes) most = scalar(most, lane);
    return most;
  }
  static float scalar(float a, float b) { return b != b || b > a ? b : a; }
};

struct SumOf {
  static constexpr float kStart = 0;
  static Vector combine(Vector a, Vector b) { return a + b; }
  static float across(Vector v) { return sum(v); }
  static float scalar(float a, float b) { return a + b; }
};

/// Calls f with the operation of the mode.
template <typename F>
auto with_operation(Mode mode, F&& f) {
  switch (mode) {
    case Mode::Max:
      return f(MaxOf{});
    case Mode::MaxOrNan:
      return f(MaxOrNanOf{});
    default:
      return f(SumOf{});
  }
}

}  // namespace
}  // namespace trtlike::kernels::pooling
