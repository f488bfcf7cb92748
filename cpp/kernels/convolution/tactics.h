// What the tactics of this family check and declare alike.
#pragma once

#include "kernels/packed.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/convolution_shape.h"

namespace trtlike::kernels::convolution {

/// Kernel and bias: what all tactics pack. Nothing where the kernel is no constant.
ops::InputSet packed_weights(const Problem& problem);

/// Convolution, FusedConvolution or Deconvolution of these extents.
ops::ConvolutionShape shape_of(const Problem& problem);

enum class Weights { Constant, Any };

/// Refusals that hold for all: element type and layout of input and output, weights that are not
/// constant, programs.
std::optional<std::string> refuse_operands(const Problem& problem, Layout input, Layout output,
                                           DataType dtype = DataType::Float,
                                           Weights weights = Weights::Constant);

/// The instruction set whose vectors have that many floats, and how many those of one have.
inline core::Isa isa_of_lanes(int lanes) {
  return lanes == 16 ? core::Isa::Avx512 : lanes == 8 ? core::Isa::Avx2 : core::Isa::Portable;
}
constexpr int lanes_of(core::Isa isa) {
  return core::Isa::Avx512 <= isa ? 16 : core::Isa::Avx2 <= isa ? 8 : 4;
}

/// Zero-filled room for packed floats.
struct PackedFloats {
  explicit PackedFloats(int64_t count);
  Packed packed;
  float* data;
};

/// The packed floats of a plan. Throws PlanError unless there are `count`.
inline const float* read_floats(std::span<const std::byte> packed, int64_t count) {
  return reinterpret_cast<const float*>(
      read_packed(packed, static_cast<size_t>(count) * sizeof(float)));
}

/// The tactic of a class with static refuse, pack and prepare.
template <class Functions>
inline constexpr TacticFunctions kFunctions{.refuse = Functions::refuse,
                                            .packed_inputs = packed_weights,
                                            .pack = Functions::pack,
                                            .prepare = Functions::prepare};

}  // namespace trtlike::kernels::convolution
