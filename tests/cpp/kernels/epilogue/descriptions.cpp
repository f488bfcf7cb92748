// The list, from the opcodes and by hand.
#include "kernels/epilogue/descriptions.h"

#include <algorithm>

namespace trtlike::kernels::epilogue {
namespace {

bool jumps(PointwiseOpcode op) {
  constexpr PointwiseOpcode kSmooth[] = {
      PointwiseOpcode::Exp, PointwiseOpcode::Abs, PointwiseOpcode::Neg,
      PointwiseOpcode::Erf, PointwiseOpcode::Sum, PointwiseOpcode::Prod,
      PointwiseOpcode::Max, PointwiseOpcode::Min, PointwiseOpcode::Sub};
  if (op <= PointwiseOpcode::GeluTanh) return op == PointwiseOpcode::ThresholdedRelu;
  return std::find(std::begin(kSmooth), std::end(kSmooth), op) == std::end(kSmooth);
}

/// Each operation alone; binary ones with an operand on either side, a constant on either side, and
/// an operand times a constant.
void add_operations(std::vector<Description>& out) {
  for (int i = 0; i < ops::kNumPointwiseOpcodes; ++i) {
    const auto op = static_cast<PointwiseOpcode>(i);
    const int operands = ops::opcode_info(op).num_operands;
    if (operands == 1) {
      ProgramBuilder b(0);
      out.push_back(b.make(b.add(op, 0, -1, 0.25f, 1.25f), jumps(op)));
    }
    if (operands != 2) continue;
    for (const bool first : {true, false}) {
      ProgramBuilder b(1), c(0), d(1);
      out.push_back(b.make(first ? b.add(op, 0, 1) : b.add(op, 1, 0), jumps(op)));
      const int number = c.constant(-0.75f);
      out.push_back(c.make(first ? c.add(op, 0, number) : c.add(op, number, 0), jumps(op)));
      const int scaled = d.add(PointwiseOpcode::Prod, 1, d.constant(1.5f));
      out.push_back(d.make(first ? d.add(op, 0, scaled) : d.add(op, scaled, 0), jumps(op)));
    }
  }
}

int gate(ProgramBuilder& b, int x, PointwiseOpcode op) {
  return b.add(PointwiseOpcode::Prod, x, b.add(op, x, -1, 0.25f, 0.5f));
}

void add_chains(std::vector<Description>& out) {
  const auto add = [&](int operands, auto&& build, bool jumps = false) {
    ProgramBuilder b(operands);
    out.push_back(b.make(build(b), jumps));
  };
  using Op = PointwiseOpcode;
  add(0, [](ProgramBuilder&) { return 0; });
  for (const Op op : {Op::Sigmoid, Op::HardSigmoid, Op::Tanh}) {
    add(0, [&](ProgramBuilder& b) { return gate(b, 0, op); });
    add(1, [&](ProgramBuilder& b) { return gate(b, b.add(Op::Sum, 1, 0), op); });
  }
  add(0, [](ProgramBuilder& b) {
    return b.add(Op::Prod, 0, b.add(Op::Tanh, b.add(Op::Softplus, 0, -1, 1, 1)));
  });
  add(0, [](ProgramBuilder& b) { return b.add(Op::Prod, 0, 0); });
  add(0, [](ProgramBuilder& b) { return b.add(Op::Sum, 0, 0); });
  // The sign of a zero that a product leaves shows as that of an infinity.
  add(
      0, [](ProgramBuilder& b) { return b.add(Op::Recip, b.add(Op::Prod, 0, b.constant(-2))); },
      true);
  add(0, [](ProgramBuilder& b) { return b.add(Op::Pow, 0, b.constant(2)); });
  add(1, [](ProgramBuilder& b) { return b.add(Op::Relu, b.add(Op::Sum, 0, 1)); });
  add(1, [](ProgramBuilder& b) { return b.add(Op::Sum, b.add(Op::Relu, 0), 1); });
  add(2, [](ProgramBuilder& b) {
    return b.add(Op::Clip, b.add(Op::Sum, b.add(Op::Prod, 0, 1), 2), -1, -1, 2);
  });
  add(2,
      [](ProgramBuilder& b) { return b.add(Op::Sub, 2, b.add(Op::Tanh, b.add(Op::Sum, 1, 0))); });
  add(1,
      [](ProgramBuilder& b) { return b.add(Op::Sum, b.add(Op::Exp, 0), b.add(Op::Prod, 0, 1)); });
  add(0, [](ProgramBuilder& b) { return b.steps(0, 0.0625f); }, true);
  add(0, [](ProgramBuilder& b) { return b.steps(b.add(Op::Relu, 0), 0.03f); }, true);
  add(
      1,
      [](ProgramBuilder& b) {
        return b.steps(b.add(Op::Relu, b.add(Op::Sum, b.steps(0, 0.0625f), 1)), 0.125f);
      },
      true);
  for (const Op op : {Op::RoundF16, Op::RoundBf16}) {
    add(0, [&](ProgramBuilder& b) { return b.add(op, b.add(Op::Clip, 0, -1, -3, 3)); }, true);
    add(
        1, [&](ProgramBuilder& b) { return b.add(op, gate(b, b.add(Op::Sum, 0, 1), Op::Sigmoid)); },
        true);
  }
  // Quantized numbers: by scale, zero point, and the limits of their type.
  for (const float zero : {0.0f, 11.0f})
    add(
        1,
        [&](ProgramBuilder& b) {
          const int scale = b.constant(0.0625f), x = b.add(Op::Sum, 0, 1);
          const int rounded = b.add(Op::Round, b.add(Op::Div, x, scale));
          const int shifted = zero == 0 ? rounded : b.add(Op::Sum, rounded, b.constant(zero));
          return b.add(Op::Clip, shifted, -1, -128, 127);
        },
        true);
}

}  // namespace

const std::vector<Description>& descriptions() {
  static const std::vector<Description> all = [] {
    std::vector<Description> out;
    add_operations(out);
    add_chains(out);
    return out;
  }();
  return all;
}

}  // namespace trtlike::kernels::epilogue
