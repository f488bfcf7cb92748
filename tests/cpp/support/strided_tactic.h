// A tactic for tests: any op's reference on operands of any layout and pitch.
#pragma once

#include "kernels/tactic.h"

namespace trtlike::test {

/// Gathers dense operands, runs the reference, scatters the outputs. Takes ChannelsLast and Linear,
/// pitches on both sides.
const kernels::Tactic& strided_tactic();
/// The same, but refuses pitches.
const kernels::Tactic& dense_tactic();
/// The same as strided_tactic, and output 0 may lie on an input of the same description.
const kernels::Tactic& in_place_tactic();

/// Byte-exact copies between a tensor in a layout and its dense row-major elements.
void gather_dense(const kernels::TensorDesc& desc, const void* from, void* dense);
void scatter_dense(const kernels::TensorDesc& desc, const void* dense, void* to);

}  // namespace trtlike::test
