// The pointwise family: y[i] = program(x0[i0], x1[i1], ...) for every element i of the output,
// where ik is i in the extents of operand k, 0 in the dimensions in which it repeats. Ops
// PointWise, Activation, ElementWise, Unary, Select, Cast, ParametricReLU, Scale, Quantize and
// Dequantize.
//
// Arithmetic is in float, whatever the operands' types; elementary functions are within 3 units in
// the last place (see kernels/simd/vector_math.h). Operands may have any layout that the output's
// walk can follow, ChannelsLast ones a pitch. The output may lie on an input of the same
// description. Integer ElementWise, Unary, Select and Cast between integers are computed as
// integers.
#pragma once

#include "core/os/cpu.h"
#include "kernels/tactic.h"

namespace trtlike::kernels::pointwise {

/// What all pointwise tactics refuse, and the kernel that all of them prepare, with code for `isa`.
std::optional<std::string> refuse(const Problem& problem);
std::unique_ptr<Kernel> prepare(const Problem& problem, core::Isa isa);

}  // namespace trtlike::kernels::pointwise
