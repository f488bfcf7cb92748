// The epilogue of FusedConvolution on channels-last outputs: in the register tiles where they do
// all of it (and the residual lies as the output does), else on the rows that a tile has just
// stored.
#pragma once

#include <optional>

#include "kernels/epilogue/finisher.h"
#include "kernels/epilogue/stage.h"
#include "kernels/tactic.h"

namespace trtlike::kernels::convolution {

class Epilogue {
 public:
  /// Why the program or its operands cannot be computed with channels-last outputs.
  static std::optional<std::string> refuse(const Problem& problem);
  /// True when register tiles do all of it: nothing runs on rows.
  static bool is_simple(const Problem& problem);
  Epilogue(const Problem& problem, core::Isa isa);

  epilogue::Stage finish;
  /// Elements from one pixel of the residual to the next.
  int64_t residual_pitch = 0;

  /// The residual's channels at a pixel (numbered row-major over batch and space); null when there
  /// is none.
  const float* residual_row(const RunArgs& args, int64_t pixel) const {
    if (residual_ < 0) return nullptr;
    return static_cast<const float*>(args.inputs[residual_]) + pixel * residual_pitch;
  }

  /// There is more to do than residual and stage: run() on what was stored.
  bool has_program() const { return program_.has_value(); }
  size_t scratch_bytes() const { return has_program() ? program_->scratch_bytes() : 0; }
  /// Applies the program in place to channels [channel, channel + channels) of `count` stored
  /// pixels from number `pixel` on.
  void run(const RunArgs& args, int64_t pixel, int64_t count, int64_t channel, int64_t channels,
           void* scratch) const;

 private:
  int residual_ = -1;  ///< input of the problem
  std::optional<epilogue::Finisher> program_;
  int64_t image_pixels_ = 1;
  int64_t out_pitch_ = 0;
};

}  // namespace trtlike::kernels::convolution
