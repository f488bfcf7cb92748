// An element-wise op as a pointwise program and its operands: what OpDefinition::lower makes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ops/op.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::ops {

struct PointwiseLowering {
  /// An input of the program: which of the op's it is, and its extents, which broadcast.
  struct Operand {
    size_t input = 0;
    Dims dims;
    bool is_dense = false;  ///< row-major in these extents, whatever its own are
  };

  PointwiseProgram program;
  std::vector<Operand> operands;
  /// Why the op must not be computed in float on these types or shapes; empty where it may.
  std::string refusal;

  /// The next program input; gives its register.
  int add(const InferArgs& args, size_t input) { return add({input, args.inputs[input].dims}); }
  int add(Operand operand) {
    operands.push_back(std::move(operand));
    return program.num_inputs++;
  }
  void refuse_type(const InferArgs& args, size_t input, const char* needs) {
    refusal =
        core::str("needs ", needs, ", got ", core::dtype_short_name(args.inputs[input].dtype));
  }
};

/// One instruction on input 0, which must be of floating point, or BOOL for NOT.
void lower_unary(const InferArgs& args, PointwiseInstruction instruction, PointwiseLowering& out);

}  // namespace trtlike::ops
