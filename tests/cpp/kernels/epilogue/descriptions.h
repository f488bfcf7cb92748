// Epilogues to try: each operation alone, and chains as networks have them. They are made from the
// list of opcodes, so that a new activation is among them.
#pragma once

#include <vector>

#include "ops/pointwise/pointwise_program.h"

namespace trtlike::kernels::epilogue {

using ops::PointwiseOpcode;
using ops::PointwiseProgram;

struct Description {
  PointwiseProgram program;
  /// Steps and poles: of sums that differ in their last bits it may make far other numbers.
  bool jumps = false;
};

/// A program on a sum, register 0, and so many operands.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(int operands) { program_.num_inputs = 1 + operands; }
  int constant(float value) { return add(PointwiseOpcode::Constant, -1, -1, value); }
  int add(PointwiseOpcode op, int a, int b = -1, float alpha = 0, float beta = 0) {
    return program_.append(op, a, b, -1, alpha, beta);
  }
  /// clip(round(x / scale), -100, 60) scale.
  int steps(int x, float scale) {
    const int step = constant(scale);
    const int rounded = add(PointwiseOpcode::Round, add(PointwiseOpcode::Div, x, step));
    return add(PointwiseOpcode::Prod, add(PointwiseOpcode::Clip, rounded, -1, -100, 60), step);
  }
  Description make(int output, bool jumps = false) {
    program_.output = output;
    return {program_, jumps};
  }

 private:
  PointwiseProgram program_;
};

const std::vector<Description>& descriptions();

}  // namespace trtlike::kernels::epilogue
