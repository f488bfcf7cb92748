// Records programs by running each step's operation on Lane.
#include "kernels/pointwise/recording.h"

#include <array>
#include <utility>

#include "kernels/pointwise/operations.h"

namespace trtlike::kernels::pointwise {
namespace {

struct StepOperands {
  Lane a, b, c, alpha, beta;
};
using RecordStep = Lane (*)(const StepOperands&);

template <StepOpcode op>
Lane record_step(const StepOperands& on) {
  return operation<op>(on.a, on.b, on.c, on.alpha, on.beta);
}

/// Null for steps that are not expressions: by lane, Constant.
template <StepOpcode op>
constexpr RecordStep find_record_step() {
  if constexpr (is_by_lane(op) || op == static_cast<StepOpcode>(PointwiseOpcode::Constant)) {
    return nullptr;
  } else {
    return record_step<op>;
  }
}

template <size_t... op>
constexpr std::array<RecordStep, sizeof...(op)> make_record_steps(std::index_sequence<op...>) {
  return {find_record_step<static_cast<StepOpcode>(op)>()...};
}
constexpr auto kRecordSteps = make_record_steps(std::make_index_sequence<kNumStepOpcodes>());

}  // namespace

int Recording::add(LaneOp op, int a, int b, int c) {
  LaneInstruction instruction{.op = op, .a = a, .b = b, .c = c};
  instruction.is_uniform = !gives_mask(op) && op != LaneOp::Select;
  for (const int operand : {a, b, c})
    if (operand >= 0)
      instruction.is_uniform =
          instruction.is_uniform && instructions_[static_cast<size_t>(operand)].is_uniform;
  instructions_.push_back(instruction);
  return static_cast<int>(instructions_.size()) - 1;
}

int Recording::add_input(int input, bool is_uniform) {
  instructions_.push_back({.op = LaneOp::Input, .input = input, .is_uniform = is_uniform});
  return static_cast<int>(instructions_.size()) - 1;
}

int Recording::add_constant(float value) {
  for (size_t i = 0; i < instructions_.size(); ++i)
    if (instructions_[i].op == LaneOp::Constant &&
        std::bit_cast<uint32_t>(instructions_[i].value) == std::bit_cast<uint32_t>(value))
      return static_cast<int>(i);
  instructions_.push_back({.op = LaneOp::Constant, .value = value, .is_uniform = true});
  return static_cast<int>(instructions_.size()) - 1;
}

int Recording::add_mask_not(int mask) {
  LaneInstruction& last = instructions_.back();
  if (mask == static_cast<int>(instructions_.size()) - 1 && last.op == LaneOp::Equal) {
    last.op = LaneOp::NotEqual;
    return mask;
  }
  return add(LaneOp::MaskNot, mask);
}

std::optional<Recording> record(const StepProgram& program,
                                const std::vector<OperandKind>& inputs) {
  Recording out;
  std::vector<int> value_of(static_cast<size_t>(program.num_registers), -1);
  const auto lane = [&](int index) -> Lane {
    if (index < 0) return Lane(0.0f);
    const auto at = static_cast<size_t>(index);
    if (value_of[at] < 0 && index < program.num_inputs)
      value_of[at] = out.add_input(index, inputs[at].is_one);
    return {&out, value_of[at]};
  };
  for (const StepInstruction& step : program.instructions) {
    const auto result = static_cast<size_t>(step.result);
    if (step.op == to_step(PointwiseOpcode::Constant)) {
      value_of[result] = out.add_constant(step.alpha);
      continue;
    }
    const RecordStep record_step = kRecordSteps[static_cast<size_t>(step.op)];
    if (record_step == nullptr) return std::nullopt;
    const Lane value =
        record_step({lane(step.a), lane(step.b), lane(step.c), Lane(step.alpha), Lane(step.beta)});
    value_of[result] = value.index;
  }
  out.set_output(lane(program.output).index);
  return out;
}

}  // namespace trtlike::kernels::pointwise
