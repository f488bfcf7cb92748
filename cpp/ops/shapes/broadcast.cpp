// Broadcasting of operands of equal rank.
#include "ops/shapes/broadcast.h"

#include <algorithm>

namespace trtlike::ops {

std::string input_name(const OpDefinition& op, size_t i) {
  return core::str("input ", i, " '", op.inputs[std::min(i, op.inputs.size() - 1)].name, "'");
}

void check_same_dtype(const InferArgs& args, const OpDefinition& op, size_t i, size_t like) {
  TRTLIKE_CHECK(args.inputs[i].dtype == args.inputs[like].dtype, input_name(op, i), ": expected ",
                core::dtype_name(args.inputs[like].dtype), " as ", input_name(op, like), ", got ",
                core::dtype_name(args.inputs[i].dtype), ".");
}

Dims infer_broadcast(const InferArgs& args, const OpDefinition& op, size_t first) {
  Dims out = args.inputs[first].dims;
  for (size_t i = first + 1; i < args.inputs.size(); ++i) {
    const Dims& dims = args.inputs[i].dims;
    TRTLIKE_CHECK(dims.rank() == out.rank(), input_name(op, i), ": expected rank ", out.rank(),
                  " as ", input_name(op, first), ", got rank ", dims.rank(), " with shape ", dims,
                  ".");
    for (int axis = 0; axis < dims.rank(); ++axis)
      TRTLIKE_CHECK(dims[axis] == out[axis] || dims[axis] == 1 || out[axis] == 1 ||
                        dims[axis] < 0 || out[axis] < 0,
                    input_name(op, i), ": expected a shape that broadcasts with ", out, ", got ",
                    dims, ".");
    out = core::broadcast(out, dims);
  }
  return out;
}

bool repeats_to(const Dims& operand, const Dims& out) {
  const int missing = out.rank() - operand.rank();
  bool fits = missing >= 0;
  for (int i = 0; fits && i < operand.rank(); ++i)
    fits = operand[i] == 1 || operand[i] == out[i + missing] || !core::is_known(operand[i]) ||
           !core::is_known(out[i + missing]);
  return fits;
}

Dims broadcast_strides(const Dims& operand, const Dims& out) {
  const Dims dense = core::dense_strides(operand);
  Dims strides = Dims::filled(out.rank(), 0);
  const int missing = out.rank() - operand.rank();
  for (int axis = 0; axis < operand.rank(); ++axis)
    if (operand[axis] != 1) strides[axis + missing] = dense[axis];
  return strides;
}

}  // namespace trtlike::ops
