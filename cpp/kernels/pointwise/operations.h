// What each step computes, once, for Vector (the interpreter) and for the recorder of the machine
// code generator: V has the interface that kernels/simd/vector.h describes, and round_f16(V),
// round_bf16(V). All of it has internal linkage.
#pragma once

#include <limits>

#include "kernels/pointwise/steps.h"
#include "kernels/simd/vector_math.h"

namespace trtlike::kernels::pointwise {
namespace {

using ops::PointwiseOpcode;

template <typename V, typename M>
V to_number(M mask) {
  return select(mask, V(1.0f), V(0.0f));
}
template <typename V>
auto is_true(V x) {
  return mask_not(equal(x, V(0.0f)));
}
template <typename V>
V hard_sigmoid(V x, V alpha, V beta) {
  return max(V(0.0f), min(V(1.0f), fma(alpha, x, beta)));
}

template <PointwiseOpcode op, typename V>
V activation(V x, V alpha, V beta) {
  using Op = PointwiseOpcode;
  if constexpr (op == Op::Relu) return max(V(0.0f), x);
  if constexpr (op == Op::Sigmoid) return sigmoid(x);
  if constexpr (op == Op::Tanh) return tanh(x);
  if constexpr (op == Op::LeakyRelu) return select(less(x, V(0.0f)), alpha * x, x);
  if constexpr (op == Op::Elu) return select(less(x, V(0.0f)), alpha * expm1(x), x);
  if constexpr (op == Op::Selu) return beta * select(less_equal(x, V(0.0f)), alpha * expm1(x), x);
  if constexpr (op == Op::Softsign) {
    const V magnitude = abs(x);
    const auto infinite = equal(magnitude, V(std::numeric_limits<float>::infinity()));
    return select(infinite, copy_sign(V(1.0f), x), x / (magnitude + V(1.0f)));
  }
  if constexpr (op == Op::Softplus) return alpha * softplus(beta * x);
  if constexpr (op == Op::Clip) return max(alpha, min(beta, x));
  if constexpr (op == Op::HardSigmoid) return hard_sigmoid(x, alpha, beta);
  if constexpr (op == Op::ScaledTanh) return alpha * tanh(beta * x);
  if constexpr (op == Op::ThresholdedRelu) return select(less_equal(x, alpha), V(0.0f), x);
  if constexpr (op == Op::GeluErf) return gelu_erf(x);
  if constexpr (op == Op::GeluTanh) return gelu_tanh(x);
}

template <PointwiseOpcode op, typename V>
V arithmetic(V a, V b) {
  using Op = PointwiseOpcode;
  if constexpr (op == Op::Sum) return a + b;
  if constexpr (op == Op::Prod) return a * b;
  if constexpr (op == Op::Max) return select(is_nan(a), a, max(a, b));
  if constexpr (op == Op::Min) return select(is_nan(a), a, min(a, b));
  if constexpr (op == Op::Sub) return a - b;
  if constexpr (op == Op::Div) return a / b;
  if constexpr (op == Op::FloorDiv) return floor(a / b);
  if constexpr (op == Op::And) return to_number<V>(mask_and(is_true(a), is_true(b)));
  if constexpr (op == Op::Or) return to_number<V>(mask_or(is_true(a), is_true(b)));
  if constexpr (op == Op::Xor) return abs(to_number<V>(is_true(a)) - to_number<V>(is_true(b)));
  if constexpr (op == Op::Equal) return to_number<V>(equal(a, b));
  if constexpr (op == Op::Greater) return to_number<V>(less(b, a));
  if constexpr (op == Op::Less) return to_number<V>(less(a, b));
}

template <PointwiseOpcode op, typename V>
V function(V x) {
  using Op = PointwiseOpcode;
  if constexpr (op == Op::Exp) return exp(x);
  if constexpr (op == Op::Log) return log(x);
  if constexpr (op == Op::Sqrt) return sqrt(x);
  if constexpr (op == Op::Recip) return V(1.0f) / x;
  if constexpr (op == Op::Abs) return abs(x);
  if constexpr (op == Op::Neg) return -x;
  if constexpr (op == Op::Ceil) return ceil(x);
  if constexpr (op == Op::Floor) return floor(x);
  if constexpr (op == Op::Erf) return erf(x);
  if constexpr (op == Op::Not) return to_number<V>(equal(x, V(0.0f)));
  if constexpr (op == Op::Sign) {
    const V zero(0.0f);
    return select(mask_or(less(x, zero), less(zero, x)), copy_sign(V(1.0f), x), x);
  }
  if constexpr (op == Op::Round) return round(x);
  if constexpr (op == Op::IsInf)
    return to_number<V>(equal(abs(x), V(std::numeric_limits<float>::infinity())));
  if constexpr (op == Op::IsNan) return to_number<V>(is_nan(x));
  if constexpr (op == Op::RoundF16) return round_f16(x);
  if constexpr (op == Op::RoundBf16) return round_bf16(x);
  if constexpr (op == Op::ToBool) return to_number<V>(is_true(x));
  if constexpr (op == Op::Trunc) return trunc(x);
}

/// Operands that the step does not take are ignored. Not for steps that are by lane, nor for
/// Constant.
template <StepOpcode op, typename V>
V operation(V a, V b, V c, V alpha, V beta) {
  constexpr auto code = static_cast<PointwiseOpcode>(op);
  if constexpr (op == StepOpcode::Silu) {
    return silu(a);
  } else if constexpr (op == StepOpcode::Mish) {
    return mish(a);
  } else if constexpr (op == StepOpcode::HardSwish) {
    return a * hard_sigmoid(a, alpha, beta);
  } else if constexpr (op == StepOpcode::Square) {
    return a * a;
  } else if constexpr (op == StepOpcode::Cube) {
    return a * a * a;
  } else if constexpr (op == StepOpcode::MultiplyAdd) {
    return fma(a, b, c);
  } else if constexpr (op == StepOpcode::Copy || op == StepOpcode::Fill) {
    return a;
  } else if constexpr (code == PointwiseOpcode::Select) {
    return select(is_true(a), b, c);
  } else if constexpr (code < PointwiseOpcode::Sum) {
    return activation<code>(a, alpha, beta);
  } else if constexpr (code < PointwiseOpcode::Exp) {
    return arithmetic<code>(a, b);
  } else {
    return function<code>(a);
  }
}

}  // namespace
}  // namespace trtlike::kernels::pointwise
