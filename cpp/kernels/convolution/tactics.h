// What the tactics of this family check and declare alike.
#pragma once

#include "kernels/packed.h"
#include "kernels/tactic.h"
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

/// The instruction set whose vectors have that many floats.
inline core::Isa isa_of_lanes(int lanes) {
  return lanes == 16 ? core::Isa::Avx512 : lanes == 8 ? core::Isa::Avx2 : core::Isa::Portable;
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

}  // namespace trtlike::kernels::convolution

/// Defines <stem>() and fused_<stem>(): the same tactic for Convolution and FusedConvolution.
/// `Functions` has static refuse, pack and prepare.
#define TRTLIKE_CONVOLUTION_TACTIC(stem, title, isa, Functions)                                  \
  const Tactic& stem() {                                                                         \
    static const Tactic tactic = convolution::make_tactic<Functions>("Convolution", title, isa); \
    return tactic;                                                                               \
  }                                                                                              \
  const Tactic& fused_##stem() {                                                                 \
    static const Tactic tactic =                                                                 \
        convolution::make_tactic<Functions>("FusedConvolution", title, isa);                     \
    return tactic;                                                                               \
  }

namespace trtlike::kernels::convolution {

template <class Functions>
Tactic make_tactic(const char* op, const char* name, core::Isa needs) {
  return {.name = name,
          .op = op,
          .source = Source::Native,
          .needs = needs,
          .flags = kPitchedInputs | kPitchedOutputs,
          .refuse = Functions::refuse,
          .packed_inputs = packed_weights,
          .pack = Functions::pack,
          .prepare = Functions::prepare};
}

}  // namespace trtlike::kernels::convolution
