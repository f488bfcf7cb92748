// Choosing how a program becomes code.
#include "kernels/pointwise/code.h"

#if defined(__x86_64__)
#include "kernels/pointwise/x86_jit.h"
#endif

namespace trtlike::kernels::pointwise {

std::unique_ptr<Code> make_code(const ops::PointwiseProgram& program,
                                const std::vector<OperandKind>& inputs, DataType output,
                                core::Isa isa) {
#if defined(__x86_64__)
  if (isa >= core::Isa::Avx512)
    if (auto code = make_jit_code(program, inputs, output)) return code;
#endif
  return make_interpreted_code(program, inputs, output, isa);
}

}  // namespace trtlike::kernels::pointwise
