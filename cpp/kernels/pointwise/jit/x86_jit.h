// Machine code for pointwise programs on x86, made by Xbyak.
#pragma once

#include "kernels/pointwise/code.h"

namespace trtlike::kernels::pointwise {

/// One AVX-512 loop for the whole program: operands are loaded and converted once, everything else
/// stays in registers. Null when the program has operations that are computed lane by lane, 64-bit
/// integers, or more live values than registers; when this build has no Xbyak; when the CPU has no
/// AVX-512; when the system refuses executable memory.
std::unique_ptr<Code> make_jit_code(const ops::PointwiseProgram& program,
                                    const std::vector<OperandKind>& inputs, DataType output);

}  // namespace trtlike::kernels::pointwise
