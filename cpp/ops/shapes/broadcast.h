// Broadcasting of operands of equal rank: the shape rule, and walking all operands in the order of
// the output.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "ops/op.h"

namespace trtlike::ops {

/// The common extents of the inputs from `first` on. Throws UserError naming the input whose rank
/// or extents do not fit.
Dims infer_broadcast(const InferArgs& args, const OpDefinition& op, size_t first = 0);

/// Throws UserError unless input `i` has the type of input 0 (or of input `like`).
void check_same_dtype(const InferArgs& args, const OpDefinition& op, size_t i, size_t like = 0);

/// "input 1 'b'", as messages name it.
std::string input_name(const OpDefinition& op, size_t i);

/// True where the operand repeats to the output's extents; unknown ones are given the benefit of
/// the doubt.
bool repeats_to(const Dims& operand, const Dims& out);
/// Element strides of a dense operand in an output of extents `out`: 0 where the operand repeats.
Dims broadcast_strides(const Dims& operand, const Dims& out);

/// Calls f(i, offsets) for each output element in row-major order; offsets[k] is the element of
/// operand k.
template <typename F>
void for_each_broadcast(const Dims& out, std::span<const Dims> strides, F&& f) {
  const int64_t n = core::elems(out);
  std::vector<int64_t> offsets(strides.size(), 0);
  std::array<int64_t, Dims::kMaxDims> index{};
  for (int64_t i = 0; i < n; ++i) {
    f(i, offsets.data());
    for (int axis = out.rank() - 1; axis >= 0; --axis) {
      const auto at = static_cast<size_t>(axis);
      const bool wraps = ++index[at] == out[axis];
      for (size_t k = 0; k < strides.size(); ++k)
        offsets[k] += wraps ? -strides[k][axis] * (out[axis] - 1) : strides[k][axis];
      if (!wraps) break;
      index[at] = 0;
    }
  }
}

/// for_each_broadcast over views.
template <typename F>
void for_each_broadcast(const Dims& out, std::span<const core::TensorView> operands, F&& f) {
  std::vector<Dims> strides;
  for (const core::TensorView& operand : operands)
    strides.push_back(broadcast_strides(operand.dims, out));
  for_each_broadcast(out, std::span<const Dims>(strides), std::forward<F>(f));
}

}  // namespace trtlike::ops
