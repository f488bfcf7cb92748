// From programs to steps: dead instructions go, common pairs become one.
#include "kernels/pointwise/steps.h"

#include <optional>
#include <utility>

namespace trtlike::kernels::pointwise {
namespace {

using ops::PointwiseInstruction;
using ops::PointwiseOpcode;
using ops::PointwiseProgram;

/// Instructions and their number of readers, by register.
class Definitions {
 public:
  explicit Definitions(const PointwiseProgram& program)
      : program_(program), uses_(static_cast<size_t>(program.num_registers()), 0) {
    ++uses_[static_cast<size_t>(program.output)];
    for (const PointwiseInstruction& instruction : program.instructions)
      for (const int operand : {instruction.a, instruction.b, instruction.c})
        if (operand >= 0) ++uses_[static_cast<size_t>(operand)];
  }

  /// The instruction that defines `index` when it is of this kind; null otherwise.
  const PointwiseInstruction* find(int index, PointwiseOpcode op) const {
    if (index < program_.num_inputs) return nullptr;
    const auto at = static_cast<size_t>(index - program_.num_inputs);
    const PointwiseInstruction& instruction = program_.instructions[at];
    return instruction.op == op ? &instruction : nullptr;
  }
  bool is_read_once(int index) const { return uses_[static_cast<size_t>(index)] == 1; }

 private:
  const PointwiseProgram& program_;
  std::vector<int> uses_;
};

StepInstruction to_step_instruction(const PointwiseInstruction& from, int result) {
  return {to_step(from.op), result, from.a, from.b, from.c, from.alpha, from.beta};
}

std::optional<StepInstruction> join_power(const PointwiseInstruction& power, int result,
                                          const Definitions& definitions) {
  const PointwiseInstruction* exponent = definitions.find(power.b, PointwiseOpcode::Constant);
  if (exponent == nullptr) return std::nullopt;
  StepInstruction step{.result = result, .a = power.a};
  if (exponent->alpha == 2) {
    step.op = StepOpcode::Square;
  } else if (exponent->alpha == 3) {
    step.op = StepOpcode::Cube;
  } else if (exponent->alpha == 1) {
    step.op = StepOpcode::Copy;
  } else if (exponent->alpha == -1) {
    step.op = to_step(PointwiseOpcode::Recip);
  } else if (exponent->alpha == 0.5f) {
    step.op = to_step(PointwiseOpcode::Sqrt);
  } else {
    return std::nullopt;
  }
  return step;
}

/// tanh(softplus(x)) of a softplus that nothing else reads.
bool is_mish_gate(const PointwiseInstruction* tanh, int x, const Definitions& definitions) {
  const PointwiseInstruction* soft =
      tanh == nullptr ? nullptr : definitions.find(tanh->a, PointwiseOpcode::Softplus);
  return soft != nullptr && soft->a == x && soft->alpha == 1 && soft->beta == 1 &&
         definitions.is_read_once(tanh->a);
}

/// x * sigmoid(x), x * hard_sigmoid(x), x * tanh(softplus(x)).
std::optional<StepInstruction> join_gate(const PointwiseInstruction& product, int result,
                                         const Definitions& definitions) {
  for (const auto& [x, gate] : {std::pair{product.a, product.b}, std::pair{product.b, product.a}}) {
    if (!definitions.is_read_once(gate)) continue;
    const PointwiseInstruction* sigmoid = definitions.find(gate, PointwiseOpcode::Sigmoid);
    if (sigmoid != nullptr && sigmoid->a == x)
      return StepInstruction{.op = StepOpcode::Silu, .result = result, .a = x};
    if (is_mish_gate(definitions.find(gate, PointwiseOpcode::Tanh), x, definitions))
      return StepInstruction{.op = StepOpcode::Mish, .result = result, .a = x};
    const PointwiseInstruction* hard = definitions.find(gate, PointwiseOpcode::HardSigmoid);
    if (hard != nullptr && hard->a == x)
      return StepInstruction{.op = StepOpcode::HardSwish,
                             .result = result,
                             .a = x,
                             .alpha = hard->alpha,
                             .beta = hard->beta};
  }
  return std::nullopt;
}

std::optional<StepInstruction> join_multiply_add(const PointwiseInstruction& sum, int result,
                                                 const Definitions& definitions) {
  for (const auto& [product, addend] : {std::pair{sum.a, sum.b}, std::pair{sum.b, sum.a}}) {
    const PointwiseInstruction* factors = definitions.find(product, PointwiseOpcode::Prod);
    if (factors == nullptr || !definitions.is_read_once(product)) continue;
    if (join_gate(*factors, product, definitions)) continue;
    return StepInstruction{.op = StepOpcode::MultiplyAdd,
                           .result = result,
                           .a = factors->a,
                           .b = factors->b,
                           .c = addend};
  }
  return std::nullopt;
}

StepInstruction make_step(const PointwiseInstruction& instruction, int result,
                          const Definitions& definitions, JoinProducts products) {
  std::optional<StepInstruction> joined;
  if (instruction.op == PointwiseOpcode::Pow) joined = join_power(instruction, result, definitions);
  if (instruction.op == PointwiseOpcode::Prod) joined = join_gate(instruction, result, definitions);
  if (instruction.op == PointwiseOpcode::Sum && products == JoinProducts::Yes)
    joined = join_multiply_add(instruction, result, definitions);
  return joined ? *joined : to_step_instruction(instruction, result);
}

}  // namespace

int num_operands(StepOpcode op) {
  if (op == StepOpcode::MultiplyAdd) return 3;
  if (static_cast<int>(op) >= ops::kNumPointwiseOpcodes) return 1;
  return ops::opcode_info(static_cast<PointwiseOpcode>(op)).num_operands;
}

StepProgram make_step_program(const PointwiseProgram& program, JoinProducts products) {
  StepProgram out{program.num_inputs, program.num_registers(), program.output, {}};
  const Definitions definitions(program);
  std::vector<bool> needed(static_cast<size_t>(out.num_registers), false);
  needed[static_cast<size_t>(out.output)] = true;
  std::vector<StepInstruction> backwards;
  for (int i = out.num_registers - 1; i >= out.num_inputs; --i) {
    if (!needed[static_cast<size_t>(i)]) continue;
    backwards.push_back(make_step(program.instructions[static_cast<size_t>(i - out.num_inputs)], i,
                                  definitions, products));
    for (const int operand : {backwards.back().a, backwards.back().b, backwards.back().c})
      if (operand >= 0) needed[static_cast<size_t>(operand)] = true;
  }
  out.instructions.assign(backwards.rbegin(), backwards.rend());
  return out;
}

}  // namespace trtlike::kernels::pointwise
