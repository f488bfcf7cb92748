// What happens to complete sums (bias and residual added) before they are stored, while they are
// in registers.
#pragma once

#include <cstdint>
#include <limits>

namespace trtlike::kernels::convolution {

struct Finish {
  enum class Kind : uint8_t {
    None,
    Clip,       ///< max(a, min(b, x))
    Silu,       ///< x sigmoid(x)
    HardSwish,  ///< x max(0, min(1, a x + b))
  };
  Kind kind = Kind::None;
  float a = -std::numeric_limits<float>::infinity();
  float b = std::numeric_limits<float>::infinity();
  float step = 0;  ///< with Clip: round(x / step) * step behind it; 0: none
  /// At the end: what the results are rounded to.
  enum class Narrow : uint8_t { None, Half, BF16 };
  Narrow narrow = Narrow::None;

  bool rounds() const { return step != 0 || narrow != Narrow::None; }
  bool is_nothing() const { return kind == Kind::None && !rounds(); }
};

}  // namespace trtlike::kernels::convolution
