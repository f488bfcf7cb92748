// Follows a program from its first input to its output, one link at a time.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/epilogue/epilogue.h"

namespace trtlike::kernels::epilogue {
namespace {

using ops::PointwiseOpcode;
using pointwise::StepInstruction;
using pointwise::StepOpcode;
using pointwise::to_step;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

bool commutes(StepOpcode op) {
  switch (static_cast<PointwiseOpcode>(op)) {
    case PointwiseOpcode::Sum:
    case PointwiseOpcode::Prod:
    case PointwiseOpcode::Max:
    case PointwiseOpcode::Min:
    case PointwiseOpcode::And:
    case PointwiseOpcode::Or:
    case PointwiseOpcode::Xor:
    case PointwiseOpcode::Equal:
      return true;
    default:
      return false;
  }
}

bool can_divide_by(float value) { return std::isnormal(value) && std::isnormal(1 / value); }

class ChainMatcher {
 public:
  explicit ChainMatcher(const ops::PointwiseProgram& program)
      : program_(pointwise::make_step_program(program, pointwise::JoinProducts::No)) {}

  std::optional<std::vector<Link>> match() {
    int current = 0;
    while (current != program_.output) {
      const StepInstruction* step = find_only_reader(current);
      current = step == nullptr ? -1 : match_link(*step, current);
      if (current < 0) return std::nullopt;
    }
    return chain_;
  }

 private:
  static bool reads(const StepInstruction& step, int value) {
    return step.a == value || step.b == value || step.c == value;
  }

  /// The step that alone reads the value; null: there are more, or it is the output.
  const StepInstruction* find_only_reader(int value) const {
    if (value == program_.output) return nullptr;
    const StepInstruction* only = nullptr;
    for (const StepInstruction& step : program_.instructions) {
      if (!reads(step, value)) continue;
      if (only != nullptr) return nullptr;
      only = &step;
    }
    return only;
  }
  const StepInstruction* find_only_reader(int value, PointwiseOpcode op) const {
    const StepInstruction* step = find_only_reader(value);
    return step != nullptr && step->op == to_step(op) ? step : nullptr;
  }

  std::optional<float> find_constant(int value) const {
    for (const StepInstruction& step : program_.instructions)
      if (step.result == value && step.op == to_step(PointwiseOpcode::Constant)) return step.alpha;
    return std::nullopt;
  }
  /// The constant beside `first` in an operation of this kind.
  std::optional<float> find_constant_beside(const StepInstruction& step, PointwiseOpcode op,
                                            int first) const {
    return step.op == to_step(op) && step.a == first ? find_constant(step.b) : std::nullopt;
  }

  bool is_operand(int value) const { return value > 0 && value < program_.num_inputs; }
  const StepInstruction* find_step(int value, PointwiseOpcode op) const {
    for (const StepInstruction& step : program_.instructions)
      if (step.result == value && step.op == to_step(op)) return &step;
    return nullptr;
  }

  /// factor (input - zero)
  struct Operand {
    int input;
    float factor = 1;
    float zero = 0;
  };
  /// A further input, perhaps times a constant, perhaps of quantized numbers.
  std::optional<Operand> find_operand(int value) const {
    if (is_operand(value)) return Operand{value};
    const StepInstruction* product = find_step(value, PointwiseOpcode::Prod);
    if (product == nullptr || find_only_reader(value) == nullptr) return std::nullopt;
    for (const auto& [input, factor] :
         {std::pair{product->a, product->b}, std::pair{product->b, product->a}}) {
      const auto constant = find_constant(factor);
      if (!constant) continue;
      if (is_operand(input)) return Operand{input, *constant};
      const StepInstruction* shifted = find_step(input, PointwiseOpcode::Sub);
      if (shifted == nullptr || !is_operand(shifted->a)) continue;
      if (const auto zero = find_constant(shifted->b)) return Operand{shifted->a, *constant, *zero};
    }
    return std::nullopt;
  }

  void add(LinkOp op, float alpha = 0, float beta = 0) { chain_.push_back({op, alpha, beta, -1}); }
  void add(PointwiseOpcode op, float alpha = 0, float beta = 0) { add(to_link(op), alpha, beta); }

  /// Appends what the step does to `current` and gives the value that holds the result; -1 when
  /// there is no such link.
  int match_link(const StepInstruction& step, int current) {
    const auto scale = find_constant_beside(step, PointwiseOpcode::Div, current);
    const StepInstruction* rounded =
        scale ? find_only_reader(step.result, PointwiseOpcode::Round) : nullptr;
    if (rounded != nullptr) return match_rounding(*rounded, *scale);
    switch (link_arity(to_link(step.op))) {
      case 1:
        add(to_link(step.op), step.alpha, step.beta);
        return step.result;
      case 2:
        return match_binary(step, current) ? step.result : -1;
      default:
        return -1;
    }
  }

  /// round(x / scale). With clip and the product with the same scale behind it a clip and a
  /// rounding, as a limit times the scale is rounded to itself; at the end, perhaps with zero point
  /// and clip, a quantized number. The value that holds the result, or -1.
  int match_rounding(const StepInstruction& rounded, float scale) {
    if (const int product = match_steps(rounded, scale); product >= 0) return product;
    const StepInstruction* shifted = find_only_reader(rounded.result, PointwiseOpcode::Sum);
    const auto zero = shifted != nullptr
                          ? find_constant_beside(*shifted, PointwiseOpcode::Sum, rounded.result)
                          : std::nullopt;
    const int result = zero ? shifted->result : rounded.result;
    const StepInstruction* clip = find_only_reader(result, PointwiseOpcode::Clip);
    if ((clip != nullptr ? clip->result : result) != program_.output || !can_divide_by(scale))
      return -1;
    add(LinkOp::Quantize, scale, zero.value_or(-0.0f));
    return result;
  }

  int match_steps(const StepInstruction& rounded, float scale) {
    constexpr float kMostSteps = 1 << 16;
    if (!(scale > 0) || !can_divide_by(scale)) return -1;
    const StepInstruction* limits = find_only_reader(rounded.result, PointwiseOpcode::Clip);
    if (limits == nullptr ||
        !(std::max(std::abs(limits->alpha), std::abs(limits->beta)) <= kMostSteps))
      return -1;
    const StepInstruction* product = find_only_reader(limits->result);
    if (product == nullptr ||
        find_constant_beside(*product, PointwiseOpcode::Prod, limits->result) != scale)
      return -1;
    add(PointwiseOpcode::Clip, limits->alpha * scale, limits->beta * scale);
    add(LinkOp::RoundTo, scale);
    return product->result;
  }

  bool match_binary(const StepInstruction& step, int current) {
    const auto op = static_cast<PointwiseOpcode>(step.op);
    if (step.a == current && step.b == current) {
      if (op == PointwiseOpcode::Sum) add(LinkOp::Linear, 2.0f, -0.0f);
      if (op == PointwiseOpcode::Prod) add(to_link(StepOpcode::Square));
      return op == PointwiseOpcode::Sum || op == PointwiseOpcode::Prod;
    }
    const bool first = step.a == current;
    const int other = first ? step.b : step.a;
    if (const auto constant = find_constant(other)) return match_constant(op, first, *constant);
    const auto operand = find_operand(other);
    if (!operand) return false;
    const bool negated = op == PointwiseOpcode::Sub && !first;
    if (!first && !negated && !commutes(step.op)) return false;
    const bool subtracts = op == PointwiseOpcode::Sub && !negated;
    if (operand->zero != 0 && op != PointwiseOpcode::Sum && op != PointwiseOpcode::Sub)
      return false;
    if (negated) add(PointwiseOpcode::Neg);
    chain_.push_back({negated ? to_link(PointwiseOpcode::Sum) : to_link(step.op), operand->factor,
                      0, operand->input});
    const float shift = operand->factor * operand->zero;
    if (shift != 0) add(LinkOp::Linear, 1.0f, subtracts ? shift : -shift);
    return true;
  }

  /// A product adds -0, which leaves the sign of a zero alone.
  bool match_constant(PointwiseOpcode op, bool first, float value) {
    switch (op) {
      case PointwiseOpcode::Sum:
        add(LinkOp::Linear, 1.0f, value);
        return true;
      case PointwiseOpcode::Prod:
        add(LinkOp::Linear, value, -0.0f);
        return true;
      case PointwiseOpcode::Sub:
        add(LinkOp::Linear, first ? 1.0f : -1.0f, first ? -value : value);
        return true;
      case PointwiseOpcode::Div:
        if (!first || !can_divide_by(value)) return false;
        add(LinkOp::Linear, 1.0f / value, -0.0f);
        return true;
      case PointwiseOpcode::Max:
        add(PointwiseOpcode::Clip, value, kInfinity);
        return !std::isnan(value);
      case PointwiseOpcode::Min:
        add(PointwiseOpcode::Clip, -kInfinity, value);
        return !std::isnan(value);
      default:
        return false;
    }
  }

  pointwise::StepProgram program_;
  std::vector<Link> chain_;
};

}  // namespace

std::optional<std::vector<Link>> match_chain(const ops::PointwiseProgram& program) {
  return ChainMatcher(program).match();
}

}  // namespace trtlike::kernels::epilogue
