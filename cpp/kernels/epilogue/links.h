// Links: what kernels can do to a value while they hold it, one after the other.
#pragma once

#include <cstdint>

#include "kernels/pointwise/steps.h"

namespace trtlike::kernels::epilogue {

/// Operations on the value x and perhaps an operand y: those of steps, with the same values and
/// meaning, and what epilogues alone know.
enum class LinkOp : uint8_t {
  Linear = pointwise::kNumStepOpcodes,  ///< alpha x + beta, in one rounding where the machine can
  /// round(x / alpha) alpha, ties to even; x is within limits of a few thousand alpha, which and
  /// whose inverse are normal numbers.
  RoundTo,
  /// round(x / alpha) + beta, ties to even: a quantized number by scale and zero point. Storing it
  /// in an integer type saturates. alpha and its inverse are normal numbers.
  Quantize,
};
inline constexpr int kNumLinkOps = static_cast<int>(LinkOp::Quantize) + 1;
constexpr LinkOp to_link(ops::PointwiseOpcode op) { return static_cast<LinkOp>(op); }
constexpr LinkOp to_link(pointwise::StepOpcode op) { return static_cast<LinkOp>(op); }

struct Link {
  LinkOp op = LinkOp::Linear;
  /// With an operand alpha is its factor: y is alpha times the operand.
  float alpha = 0;
  float beta = 0;
  /// The program's input that y is made of; -1: none.
  int operand = -1;
  bool operator==(const Link&) const = default;
};

/// How many of x and y the operation takes; 0: no link does it.
constexpr int link_arity(LinkOp link) {
  using ops::PointwiseOpcode;
  using pointwise::StepOpcode;
  if (link >= LinkOp::Linear) return 1;
  const auto op = static_cast<StepOpcode>(link);
  const auto code = static_cast<PointwiseOpcode>(link);
  if (pointwise::is_by_lane(op) || op == StepOpcode::MultiplyAdd || op == StepOpcode::Copy ||
      op == StepOpcode::Fill || code == PointwiseOpcode::Constant ||
      code == PointwiseOpcode::Select)
    return 0;
  return code >= PointwiseOpcode::Sum && code <= PointwiseOpcode::Less ? 2 : 1;
}

}  // namespace trtlike::kernels::epilogue
