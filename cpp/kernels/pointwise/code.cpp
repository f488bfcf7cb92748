// Choosing how a program becomes code; rows one by one.
#include "kernels/pointwise/code.h"

#include <algorithm>

#if defined(__x86_64__)
#include "kernels/pointwise/jit/x86_jit.h"
#endif

namespace trtlike::kernels::pointwise {

void Code::run_rows(const void* const* inputs, void* output, const int64_t* steps, int num_inputs,
                    int64_t rows, int64_t count, void* scratch) const noexcept {
  const void* at[kMaxInputs];
  std::copy_n(inputs, num_inputs, at);
  for (int64_t r = 0; r < rows; ++r) {
    run(at, static_cast<char*>(output) + r * steps[num_inputs], count, scratch);
    for (int i = 0; i < num_inputs; ++i) at[i] = static_cast<const char*>(at[i]) + steps[i];
  }
}

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
