// The enumerations of the element-wise layers, with TensorRT's values, as the attributes `type`
// (Activation), `op` (ElementWise, Unary) and `mode` (Scale) hold them.
#pragma once

#include <cstdint>

namespace trtlike::ops {

enum class ActivationType : int32_t {
  Relu = 0,
  Sigmoid = 1,
  Tanh = 2,
  LeakyRelu = 3,         ///< x >= 0 ? x : alpha * x
  Elu = 4,               ///< x >= 0 ? x : alpha * (exp(x) - 1)
  Selu = 5,              ///< x > 0 ? beta * x : beta * (alpha * exp(x) - alpha)
  Softsign = 6,          ///< x / (1 + |x|)
  Softplus = 7,          ///< alpha * log(exp(beta * x) + 1)
  Clip = 8,              ///< max(alpha, min(beta, x))
  HardSigmoid = 9,       ///< max(0, min(1, alpha * x + beta))
  ScaledTanh = 10,       ///< alpha * tanh(beta * x)
  ThresholdedRelu = 11,  ///< x > alpha ? x : 0
  GeluErf = 12,
  GeluTanh = 13,
};
inline constexpr int kNumActivations = 14;

enum class ElementWiseOperation : int32_t {
  Sum = 0,
  Prod = 1,
  Max = 2,
  Min = 3,
  Sub = 4,
  Div = 5,  ///< truncates on integers
  Pow = 6,
  FloorDiv = 7,
  And = 8,
  Or = 9,
  Xor = 10,
  Equal = 11,
  Greater = 12,
  Less = 13,
};
inline constexpr int kNumElementWise = 14;

enum class UnaryOperation : int32_t {
  Exp = 0,
  Log = 1,
  Sqrt = 2,
  Recip = 3,
  Abs = 4,
  Neg = 5,
  Sin = 6,
  Cos = 7,
  Tan = 8,
  Sinh = 9,
  Cosh = 10,
  Asin = 11,
  Acos = 12,
  Atan = 13,
  Asinh = 14,
  Acosh = 15,
  Atanh = 16,
  Ceil = 17,
  Floor = 18,
  Erf = 19,
  Not = 20,
  Sign = 21,
  Round = 22,  ///< to nearest, ties to even
  IsInf = 23,
  IsNan = 24,
};
inline constexpr int kNumUnary = 25;

/// Which elements share a factor: all, those of one channel, none.
enum class ScaleMode : int32_t { Uniform = 0, Channel = 1, ElementWise = 2 };

}  // namespace trtlike::ops
