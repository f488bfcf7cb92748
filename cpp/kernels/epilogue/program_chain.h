// A fused op's program as a chain: what kernels can apply to a value while they hold it, one link
// after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ops/pointwise/pointwise_program.h"

namespace trtlike::kernels {

/// What a link makes of the value x, with its parameters alpha and beta or its operand y.
enum class ChainOp : uint8_t {
  Linear,  ///< alpha x + beta
  Relu,    ///< x below 0 becomes alpha x
  Clip,    ///< max(alpha, min(beta, x))
  Sigmoid,
  Tanh,
  Elu,          ///< x below 0 becomes alpha (exp(x) - 1)
  Softplus,     ///< alpha log(1 + exp(beta x))
  HardSigmoid,  ///< max(0, min(1, alpha x + beta))
  GeluErf,
  GeluTanh,
  Silu,       ///< x sigmoid(x)
  HardSwish,  ///< x max(0, min(1, alpha x + beta))
  Exp,
  Sqrt,
  Abs,
  Square,
  /// round(x / alpha) alpha, ties to even; x is within limits of a few thousand alpha, which and
  /// whose inverse are normal numbers.
  RoundTo,
  Add,  ///< x + y
  Sub,  ///< x - y
  Mul,  ///< x y
  Div,  ///< x / y
  Max,
  Min,
};

struct ChainLink {
  ChainOp op = ChainOp::Linear;
  float alpha = 0;
  float beta = 0;
  /// The program's input that is y; -1: none.
  int operand = -1;
  bool operator==(const ChainLink&) const = default;
};

/// The program as a chain that starts with its input 0; nothing when it is not one. No text is the
/// program that changes nothing.
std::optional<std::vector<ChainLink>> match_chain(const std::string& program);
std::optional<std::vector<ChainLink>> match_chain(const ops::PointwiseProgram& program);

}  // namespace trtlike::kernels
