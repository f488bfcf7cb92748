// Typed operands in any layout, run through a pointwise or reformat tactic and compared with the
// op's reference.
#pragma once

#include <string>
#include <vector>

#include "kernels/tactic.h"
#include "support/run_op.h"

namespace trtlike::test {

/// An operand of a problem: its elements in logical order, and how they lie in memory.
struct LaidOut {
  Tensor tensor;
  kernels::Layout layout = kernels::Layout::Linear;
  int64_t pitch = 0;

  kernels::TensorDesc desc() const { return {tensor.dtype, tensor.dims, layout, pitch}; }
};

/// Values in [low, high), the same for the same seed; booleans are low or high bits of them.
Tensor random_tensor(DataType dtype, const Dims& dims, uint32_t seed, double low = -4,
                     double high = 4);

/// The output in logical order; `in_place` puts the output onto input 0. Fails the running test
/// when the kernel writes beside its output, or into gaps of a pitched one.
Tensor run_tactic(const char* op, const kernels::Tactic& tactic, const std::vector<LaidOut>& inputs,
                  const kernels::TensorDesc& output, const AttributeList& attributes,
                  int threads = 1, bool in_place = false);

/// Why the tactic does not take the problem; "" when it does.
std::string refusal_of(const char* op, const kernels::Tactic& tactic,
                       const std::vector<LaidOut>& inputs, const kernels::TensorDesc& output,
                       const AttributeList& attributes);

/// Expects |got - want| <= absolute + relative * |want| for each element, and NaN for NaN.
void expect_close(const Tensor& got, const Tensor& want, double absolute, double relative,
                  const std::string& what);

}  // namespace trtlike::test
