// Follows a program from its first input to its output, one link at a time.
#include "kernels/epilogue/program_chain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace trtlike::kernels {
namespace {

using ops::PointwiseInstruction;
using ops::PointwiseOpcode;
using ops::PointwiseProgram;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class ChainMatcher {
 public:
  explicit ChainMatcher(const PointwiseProgram& program) : program_(program) {}

  std::optional<std::vector<ChainLink>> match() {
    int current = 0;
    while (current != program_.output) {
      const int next = match_link(current);
      if (next < 0) return std::nullopt;
      current = next;
    }
    return chain_;
  }

 private:
  /// Appends what happens to register `current` and gives the register that holds the result; -1
  /// when there is no such link.
  int match_link(int current) {
    std::vector<int> users;
    for (int i = 0; i < static_cast<int>(program_.instructions.size()); ++i) {
      const PointwiseInstruction& ins = instruction(i);
      if (ins.a == current || ins.b == current || ins.c == current) users.push_back(i);
    }
    bool matched = false;
    if (const int rounded = users.size() == 1 ? match_rounding(users[0], current) : -1;
        rounded >= 0) {
      return rounded;
    } else if (users.size() == 1) {
      const PointwiseInstruction& ins = instruction(users[0]);
      matched = ins.b < 0 ? match_unary(ins) : ins.c < 0 && match_binary(ins, current);
    } else if (users.size() == 2) {
      matched = match_gate(instruction(users[0]), users[0], instruction(users[1]), current);
    }
    return matched ? program_.num_inputs + users.back() : -1;
  }

  const PointwiseInstruction& instruction(int i) const {
    return program_.instructions[static_cast<size_t>(i)];
  }

  bool add(ChainOp a, float alpha = 0, float beta = 0) {
    chain_.push_back({a, alpha, beta, -1});
    return true;
  }

  /// clip(round(x / step), low, high) * step from the quotient on, as a clip and a rounding: a
  /// limit times the step is rounded to itself. The register of the result, or -1.
  int match_rounding(int quotient, int current) {
    const std::optional<float> step =
        number_with(instruction(quotient), PointwiseOpcode::Div, current);
    if (!step || !(*step > 0) || !std::isnormal(*step) || !std::isnormal(1 / *step)) return -1;
    const int rounded = only_user(quotient, PointwiseOpcode::Round);
    const int clipped = rounded < 0 ? -1 : only_user(rounded, PointwiseOpcode::Clip);
    const int product = clipped < 0 ? -1 : only_user(clipped, PointwiseOpcode::Prod);
    if (product < 0 || number_with(instruction(product), PointwiseOpcode::Prod,
                                   program_.num_inputs + clipped) != step)
      return -1;
    const PointwiseInstruction& limits = instruction(clipped);
    constexpr float kMostSteps = 1 << 16;
    if (std::max(std::abs(limits.alpha), std::abs(limits.beta)) > kMostSteps) return -1;
    add(ChainOp::Clip, limits.alpha * *step, limits.beta * *step);
    add(ChainOp::RoundTo, *step);
    return program_.num_inputs + product;
  }

  /// The number that is the other operand of this operation with `first`.
  std::optional<float> number_with(const PointwiseInstruction& ins, PointwiseOpcode op,
                                   int first) const {
    if (ins.op != op || ins.a != first || ins.b < program_.num_inputs) return std::nullopt;
    const PointwiseInstruction& source = instruction(ins.b - program_.num_inputs);
    return source.op == PointwiseOpcode::Constant ? std::optional(source.alpha) : std::nullopt;
  }

  /// The instruction that alone reads the result of instruction `i`, where it is this operation.
  int only_user(int i, PointwiseOpcode op) const {
    const int reg = program_.num_inputs + i;
    if (count_users(reg) != 1 || program_.output == reg) return -1;
    for (int user = i + 1; user < static_cast<int>(program_.instructions.size()); ++user) {
      const PointwiseInstruction& ins = instruction(user);
      if (ins.a == reg || ins.b == reg || ins.c == reg) return ins.op == op ? user : -1;
    }
    return -1;
  }

  bool match_unary(const PointwiseInstruction& ins) {
    switch (ins.op) {
      case PointwiseOpcode::Relu:
        return add(ChainOp::Relu);
      case PointwiseOpcode::LeakyRelu:
        return add(ChainOp::Relu, ins.alpha);
      case PointwiseOpcode::Sigmoid:
        return add(ChainOp::Sigmoid);
      case PointwiseOpcode::Tanh:
        return add(ChainOp::Tanh);
      case PointwiseOpcode::Elu:
        return add(ChainOp::Elu, ins.alpha);
      case PointwiseOpcode::Selu:
        return add(ChainOp::Elu, ins.alpha) && add(ChainOp::Linear, ins.beta);
      case PointwiseOpcode::Clip:
        return add(ChainOp::Clip, ins.alpha, ins.beta);
      case PointwiseOpcode::HardSigmoid:
        return add(ChainOp::HardSigmoid, ins.alpha, ins.beta);
      case PointwiseOpcode::ScaledTanh:
        return add(ChainOp::Linear, ins.beta) && add(ChainOp::Tanh) &&
               add(ChainOp::Linear, ins.alpha);
      case PointwiseOpcode::Softplus:
        return add(ChainOp::Softplus, ins.alpha, ins.beta);
      case PointwiseOpcode::GeluErf:
        return add(ChainOp::GeluErf);
      case PointwiseOpcode::GeluTanh:
        return add(ChainOp::GeluTanh);
      case PointwiseOpcode::Exp:
        return add(ChainOp::Exp);
      case PointwiseOpcode::Sqrt:
        return add(ChainOp::Sqrt);
      case PointwiseOpcode::Abs:
        return add(ChainOp::Abs);
      case PointwiseOpcode::Neg:
        return add(ChainOp::Linear, -1.0f);
      default:
        return false;
    }
  }

  bool match_binary(const PointwiseInstruction& ins, int current) {
    if (ins.a == current && ins.b == current) {
      if (ins.op == PointwiseOpcode::Sum) return add(ChainOp::Linear, 2.0f);
      return ins.op == PointwiseOpcode::Prod && add(ChainOp::Square);
    }
    const bool first = ins.a == current;
    const int other = first ? ins.b : ins.a;
    if (other < program_.num_inputs) return other > 0 && match_operand(ins.op, first, other);
    const PointwiseInstruction& source = instruction(other - program_.num_inputs);
    return source.op == PointwiseOpcode::Constant && match_constant(ins.op, first, source.alpha);
  }

  bool match_operand(PointwiseOpcode op, bool first, int input) {
    const auto binary = [&](ChainOp a) {
      chain_.push_back({a, 0, 0, input});
      return true;
    };
    switch (op) {
      case PointwiseOpcode::Sum:
        return binary(ChainOp::Add);
      case PointwiseOpcode::Prod:
        return binary(ChainOp::Mul);
      case PointwiseOpcode::Max:
        return binary(ChainOp::Max);
      case PointwiseOpcode::Min:
        return binary(ChainOp::Min);
      case PointwiseOpcode::Sub:
        if (first) return binary(ChainOp::Sub);
        return add(ChainOp::Linear, -1.0f) && binary(ChainOp::Add);
      case PointwiseOpcode::Div:
        return first && binary(ChainOp::Div);
      default:
        return false;
    }
  }

  bool match_constant(PointwiseOpcode op, bool first, float value) {
    switch (op) {
      case PointwiseOpcode::Sum:
        return add(ChainOp::Linear, 1.0f, value);
      case PointwiseOpcode::Prod:
        return add(ChainOp::Linear, value);
      case PointwiseOpcode::Sub:
        return first ? add(ChainOp::Linear, 1.0f, -value) : add(ChainOp::Linear, -1.0f, value);
      case PointwiseOpcode::Div:
        return first && add(ChainOp::Linear, 1.0f / value);
      case PointwiseOpcode::Max:
        return add(ChainOp::Clip, value, kInfinity);
      case PointwiseOpcode::Min:
        return add(ChainOp::Clip, -kInfinity, value);
      case PointwiseOpcode::Pow:
        return first && value == 2.0f && add(ChainOp::Square);
      default:
        return false;
    }
  }

  /// x * gate(x).
  bool match_gate(const PointwiseInstruction& gate, int gate_index,
                  const PointwiseInstruction& product, int current) {
    const int gated = program_.num_inputs + gate_index;
    const bool multiplies =
        product.op == PointwiseOpcode::Prod && ((product.a == current && product.b == gated) ||
                                                (product.b == current && product.a == gated));
    if (!multiplies || gate.b >= 0 || count_users(gated) != 1) return false;
    if (gate.op == PointwiseOpcode::Sigmoid) return add(ChainOp::Silu);
    if (gate.op == PointwiseOpcode::HardSigmoid)
      return add(ChainOp::HardSwish, gate.alpha, gate.beta);
    return false;
  }

  int count_users(int reg) const {
    int users = program_.output == reg ? 1 : 0;
    for (const PointwiseInstruction& ins : program_.instructions)
      if (ins.a == reg || ins.b == reg || ins.c == reg) ++users;
    return users;
  }

  const PointwiseProgram& program_;
  std::vector<ChainLink> chain_;
};

}  // namespace

std::optional<std::vector<ChainLink>> match_chain(const ops::PointwiseProgram& program) {
  return ChainMatcher(program).match();
}

std::optional<std::vector<ChainLink>> match_chain(const std::string& program) {
  if (program.empty()) return std::vector<ChainLink>{};
  return match_chain(PointwiseProgram::parse(program));
}

}  // namespace trtlike::kernels
