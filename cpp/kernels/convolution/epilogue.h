// The epilogue of FusedConvolution on channels-last outputs: register tiles do what they can of it
// (and add a residual that lies as the output does). Where there is more, tiles store to scratch
// memory, and the rest is done on the way from there to the output.
#pragma once

#include <optional>

#include "kernels/epilogue/finisher.h"
#include "kernels/epilogue/stage.h"
#include "kernels/tactic.h"

namespace trtlike::kernels::convolution {

/// Why an operand cannot be read by images, pixels and channels: each of batch, channels and space
/// must be the output's or repeat.
std::optional<std::string> refuse_operand(const Problem& problem, size_t input);
/// Images are its matrices, pixels its rows.
epilogue::Operand make_operand(const Problem& problem, size_t input);

class Epilogue {
 public:
  /// Why the program or its operands cannot be computed with channels-last outputs.
  static std::optional<std::string> refuse(const Problem& problem);
  /// True when register tiles do all of it: nothing runs on rows.
  static bool is_simple(const Problem& problem);
  Epilogue(const Problem& problem, core::Isa isa);

  epilogue::Stage finish;
  /// The residual is added behind `finish`, not before it.
  bool adds_last = false;
  /// Elements from one pixel of the residual to the next.
  int64_t residual_pitch = 0;

  /// The residual's channels at a pixel (numbered row-major over batch and space); null when there
  /// is none.
  const float* residual_row(const RunArgs& args, int64_t pixel) const {
    if (residual_ < 0) return nullptr;
    return static_cast<const float*>(args.inputs[residual_]) + pixel * residual_pitch;
  }

  /// There is more to do than residual and stage: tiles store to room(), then run().
  bool has_program() const { return rows_.has_value(); }
  size_t scratch_bytes() const { return has_program() ? kRoomBytes + rows_->scratch_bytes() : 0; }
  /// For what some tiles store, kRoomFloats of them: few enough to stay in the first-level cache.
  static float* room(void* scratch) { return static_cast<float*>(scratch); }
  static constexpr int64_t kRoomFloats = 4096;
  /// Finishes channels [channel, channel + channels) of `count` pixels from number `pixel` on,
  /// which lie `pitch` floats apart in room(scratch) from `stored` on.
  void run(const RunArgs& args, int64_t pixel, int64_t count, int64_t channel, int64_t channels,
           const float* stored, int64_t pitch, void* scratch) const;

 private:
  static constexpr size_t kRoomBytes = kRoomFloats * sizeof(float);

  int residual_ = -1;  ///< input of the problem
  std::optional<epilogue::Finisher> rows_;
  int64_t image_pixels_ = 1;
};

}  // namespace trtlike::kernels::convolution
