// Follows a program from its first input to its output, one link at a time.
#include "kernels/onednn/post_ops.h"

#include <limits>
#include <utility>

namespace trtlike::kernels::onednn {
namespace {

using dnnl::algorithm;
using ops::PointwiseInstruction;
using ops::PointwiseOpcode;
using ops::PointwiseProgram;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class ChainMatcher {
 public:
  explicit ChainMatcher(const PointwiseProgram& program) : program_(program) {}

  std::optional<std::vector<PostOp>> match() {
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
    if (users.size() == 1) {
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

  bool add(algorithm a, float alpha = 0, float beta = 0) {
    chain_.push_back({a, alpha, beta, -1});
    return true;
  }

  bool match_unary(const PointwiseInstruction& ins) {
    switch (ins.op) {
      case PointwiseOpcode::Relu:
        return add(algorithm::eltwise_relu);
      case PointwiseOpcode::LeakyRelu:
        return add(algorithm::eltwise_relu, ins.alpha);
      case PointwiseOpcode::Sigmoid:
        return add(algorithm::eltwise_logistic);
      case PointwiseOpcode::Tanh:
        return add(algorithm::eltwise_tanh);
      case PointwiseOpcode::Elu:
        return add(algorithm::eltwise_elu, ins.alpha);
      case PointwiseOpcode::Selu:
        return add(algorithm::eltwise_elu, ins.alpha) && add(algorithm::eltwise_linear, ins.beta);
      case PointwiseOpcode::Clip:
        return add(algorithm::eltwise_clip, ins.alpha, ins.beta);
      case PointwiseOpcode::HardSigmoid:
        return add(algorithm::eltwise_hardsigmoid, ins.alpha, ins.beta);
      case PointwiseOpcode::ScaledTanh:
        return add(algorithm::eltwise_linear, ins.beta) && add(algorithm::eltwise_tanh) &&
               add(algorithm::eltwise_linear, ins.alpha);
      case PointwiseOpcode::Softplus:
        if (ins.beta <= 0) return false;
        return add(algorithm::eltwise_soft_relu, ins.beta) &&
               add(algorithm::eltwise_linear, ins.alpha * ins.beta);
      case PointwiseOpcode::GeluErf:
        return add(algorithm::eltwise_gelu_erf);
      case PointwiseOpcode::GeluTanh:
        return add(algorithm::eltwise_gelu_tanh);
      case PointwiseOpcode::Exp:
        return add(algorithm::eltwise_exp);
      case PointwiseOpcode::Sqrt:
        return add(algorithm::eltwise_sqrt);
      case PointwiseOpcode::Abs:
        return add(algorithm::eltwise_abs);
      case PointwiseOpcode::Neg:
        return add(algorithm::eltwise_linear, -1.0f);
      default:
        return false;
    }
  }

  bool match_binary(const PointwiseInstruction& ins, int current) {
    if (ins.a == current && ins.b == current) {
      if (ins.op == PointwiseOpcode::Sum) return add(algorithm::eltwise_linear, 2.0f);
      return ins.op == PointwiseOpcode::Prod && add(algorithm::eltwise_square);
    }
    const bool first = ins.a == current;
    const int other = first ? ins.b : ins.a;
    if (other < program_.num_inputs) return other > 0 && match_operand(ins.op, first, other);
    const PointwiseInstruction& source = instruction(other - program_.num_inputs);
    return source.op == PointwiseOpcode::Constant && match_constant(ins.op, first, source.alpha);
  }

  bool match_operand(PointwiseOpcode op, bool first, int input) {
    const auto binary = [&](algorithm a) {
      chain_.push_back({a, 0, 0, input});
      return true;
    };
    switch (op) {
      case PointwiseOpcode::Sum:
        return binary(algorithm::binary_add);
      case PointwiseOpcode::Prod:
        return binary(algorithm::binary_mul);
      case PointwiseOpcode::Max:
        return binary(algorithm::binary_max);
      case PointwiseOpcode::Min:
        return binary(algorithm::binary_min);
      case PointwiseOpcode::Sub:
        if (first) return binary(algorithm::binary_sub);
        return add(algorithm::eltwise_linear, -1.0f) && binary(algorithm::binary_add);
      case PointwiseOpcode::Div:
        return first && binary(algorithm::binary_div);
      default:
        return false;
    }
  }

  bool match_constant(PointwiseOpcode op, bool first, float value) {
    switch (op) {
      case PointwiseOpcode::Sum:
        return add(algorithm::eltwise_linear, 1.0f, value);
      case PointwiseOpcode::Prod:
        return add(algorithm::eltwise_linear, value);
      case PointwiseOpcode::Sub:
        return first ? add(algorithm::eltwise_linear, 1.0f, -value)
                     : add(algorithm::eltwise_linear, -1.0f, value);
      case PointwiseOpcode::Div:
        return first && add(algorithm::eltwise_linear, 1.0f / value);
      case PointwiseOpcode::Max:
        return add(algorithm::eltwise_clip, value, kInfinity);
      case PointwiseOpcode::Min:
        return add(algorithm::eltwise_clip, -kInfinity, value);
      case PointwiseOpcode::Pow:
        return first && value == 2.0f && add(algorithm::eltwise_square);
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
    if (gate.op == PointwiseOpcode::Sigmoid) return add(algorithm::eltwise_swish, 1.0f);
    if (gate.op == PointwiseOpcode::HardSigmoid)
      return add(algorithm::eltwise_hardswish, gate.alpha, gate.beta);
    return false;
  }

  int count_users(int reg) const {
    int users = program_.output == reg ? 1 : 0;
    for (const PointwiseInstruction& ins : program_.instructions)
      if (ins.a == reg || ins.b == reg || ins.c == reg) ++users;
    return users;
  }

  const PointwiseProgram& program_;
  std::vector<PostOp> chain_;
};

}  // namespace

std::optional<std::vector<PostOp>> match_post_ops(const PointwiseProgram& program) {
  return ChainMatcher(program).match();
}

}  // namespace trtlike::kernels::onednn
