// Choosing how a program becomes code.
#include "kernels/pointwise/code.h"

namespace trtlike::kernels::pointwise {

std::unique_ptr<Code> make_code(const ops::PointwiseProgram& program,
                                const std::vector<OperandKind>& inputs, DataType output,
                                core::Isa isa) {
  return make_interpreted_code(program, inputs, output, isa);
}

}  // namespace trtlike::kernels::pointwise
