// The meaning of each pointwise instruction on one element, in double.
#include <algorithm>
#include <cmath>

#include "core/dtype.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::ops {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
}

/// log(1 + exp(x)) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double evaluate_activation(ActivationType type, double x, double alpha, double beta) {
  switch (type) {
    case ActivationType::Relu:
      return x < 0 ? 0 : x;
    case ActivationType::Sigmoid:
      return sigmoid(x);
    case ActivationType::Tanh:
      return std::tanh(x);
    case ActivationType::LeakyRelu:
      return x < 0 ? alpha * x : x;
    case ActivationType::Elu:
      return x < 0 ? alpha * std::expm1(x) : x;
    case ActivationType::Selu:
      return x <= 0 ? beta * alpha * std::expm1(x) : beta * x;
    case ActivationType::Softsign:
      return std::isinf(x) ? std::copysign(1.0, x) : x / (1 + std::abs(x));
    case ActivationType::Softplus:
      return alpha * softplus(beta * x);
    case ActivationType::Clip:
      return std::isnan(x) ? x : std::max(alpha, std::min(beta, x));
    case ActivationType::HardSigmoid:
      return std::isnan(x) ? x : std::max(0.0, std::min(1.0, alpha * x + beta));
    case ActivationType::ScaledTanh:
      return alpha * std::tanh(beta * x);
    case ActivationType::ThresholdedRelu:
      return x <= alpha ? 0 : x;
    case ActivationType::GeluErf:
      return 0.5 * x * (1 + std::erf(x * 0.7071067811865476));
    case ActivationType::GeluTanh:
      return gelu_tanh(x);
  }
  return x;
}

double evaluate_binary(ElementWiseOperation op, double a, double b) {
  switch (op) {
    case ElementWiseOperation::Sum:
      return a + b;
    case ElementWiseOperation::Prod:
      return a * b;
    case ElementWiseOperation::Max:
      return std::isnan(a) || a > b ? a : b;
    case ElementWiseOperation::Min:
      return std::isnan(a) || a < b ? a : b;
    case ElementWiseOperation::Sub:
      return a - b;
    case ElementWiseOperation::Div:
      return a / b;
    case ElementWiseOperation::Pow:
      return std::pow(a, b);
    case ElementWiseOperation::FloorDiv:
      return std::floor(a / b);
    case ElementWiseOperation::And:
      return a != 0 && b != 0;
    case ElementWiseOperation::Or:
      return a != 0 || b != 0;
    case ElementWiseOperation::Xor:
      return (a != 0) != (b != 0);
    case ElementWiseOperation::Equal:
      return a == b;
    case ElementWiseOperation::Greater:
      return a > b;
    case ElementWiseOperation::Less:
      return a < b;
  }
  return a;
}

double evaluate_trigonometric(UnaryOperation op, double x) {
  switch (op) {
    case UnaryOperation::Sin:
      return std::sin(x);
    case UnaryOperation::Cos:
      return std::cos(x);
    case UnaryOperation::Tan:
      return std::tan(x);
    case UnaryOperation::Sinh:
      return std::sinh(x);
    case UnaryOperation::Cosh:
      return std::cosh(x);
    case UnaryOperation::Asin:
      return std::asin(x);
    case UnaryOperation::Acos:
      return std::acos(x);
    case UnaryOperation::Atan:
      return std::atan(x);
    case UnaryOperation::Asinh:
      return std::asinh(x);
    case UnaryOperation::Acosh:
      return std::acosh(x);
    default:
      return std::atanh(x);
  }
}

double evaluate_unary(UnaryOperation op, double x) {
  switch (op) {
    case UnaryOperation::Exp:
      return std::exp(x);
    case UnaryOperation::Log:
      return std::log(x);
    case UnaryOperation::Sqrt:
      return std::sqrt(x);
    case UnaryOperation::Recip:
      return 1 / x;
    case UnaryOperation::Abs:
      return std::abs(x);
    case UnaryOperation::Neg:
      return -x;
    case UnaryOperation::Ceil:
      return std::ceil(x);
    case UnaryOperation::Floor:
      return std::floor(x);
    case UnaryOperation::Erf:
      return std::erf(x);
    case UnaryOperation::Not:
      return x == 0;
    case UnaryOperation::Sign:
      return x > 0 ? 1 : x < 0 ? -1 : x;
    case UnaryOperation::Round:
      return std::nearbyint(x);
    case UnaryOperation::IsInf:
      return std::isinf(x);
    case UnaryOperation::IsNan:
      return std::isnan(x);
    default:
      return evaluate_trigonometric(op, x);
  }
}

}  // namespace

double evaluate(const PointwiseInstruction& instruction, double a, double b, double c) {
  const int op = static_cast<int>(instruction.op);
  const int first_binary = static_cast<int>(PointwiseOpcode::Sum);
  const int first_unary = static_cast<int>(PointwiseOpcode::Exp);
  if (op < first_binary)
    return evaluate_activation(static_cast<ActivationType>(op), a, instruction.alpha,
                               instruction.beta);
  if (op < first_unary)
    return evaluate_binary(static_cast<ElementWiseOperation>(op - first_binary), a, b);
  switch (instruction.op) {
    case PointwiseOpcode::Constant:
      return instruction.alpha;
    case PointwiseOpcode::Select:
      return a != 0 ? b : c;
    case PointwiseOpcode::RoundF16:
      return core::half_to_float(core::float_to_half(static_cast<float>(a)));
    case PointwiseOpcode::RoundBf16:
      return core::bfloat16_to_float(core::float_to_bfloat16(static_cast<float>(a)));
    case PointwiseOpcode::ToBool:
      return a != 0;
    case PointwiseOpcode::Trunc:
      return std::trunc(a);
    default:
      return evaluate_unary(static_cast<UnaryOperation>(op - first_unary), a);
  }
}

double evaluate(const PointwiseProgram& program, const double* inputs, double* registers) {
  std::copy_n(inputs, program.num_inputs, registers);
  const auto read = [&](int index) { return index < 0 ? 0.0 : registers[index]; };
  int next = program.num_inputs;
  for (const PointwiseInstruction& instruction : program.instructions)
    registers[next++] =
        evaluate(instruction, read(instruction.a), read(instruction.b), read(instruction.c));
  return registers[program.output];
}

}  // namespace trtlike::ops
