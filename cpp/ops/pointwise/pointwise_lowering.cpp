// Lowering of the ops of one input.
#include "ops/pointwise/pointwise_lowering.h"

namespace trtlike::ops {

void lower_unary(const InferArgs& args, PointwiseInstruction instruction, PointwiseLowering& out) {
  const DataType dtype = args.inputs[0].dtype;
  const bool is_logic = instruction.op == PointwiseOpcode::Not && dtype == DataType::Bool;
  if (!core::is_float(dtype) && !is_logic) return out.refuse_type(args, 0, "a floating-point type");
  instruction.a = out.add(args, 0);
  out.program.instructions.push_back(instruction);
  out.program.output = out.program.num_inputs;
}

}  // namespace trtlike::ops
