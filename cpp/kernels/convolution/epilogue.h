// What happens to the sums of a convolution before they are stored: FusedConvolution's program. The
// common ones (a residual added, then clipping) are done on the register tile; any other runs on
// the rows that a tile has just stored.
#pragma once

#include <limits>

#include "kernels/tactic.h"
#include "ops/pointwise_program.h"

namespace trtlike::kernels::convolution {

class Epilogue {
 public:
  /// Why the program or its operands cannot be computed with channels-last outputs.
  static std::optional<std::string> refuse(const Problem& problem);
  explicit Epilogue(const Problem& problem);

  bool clip = false;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
  /// Elements from one pixel of the residual to the next.
  int64_t residual_pitch = 0;

  /// The residual's channels at a pixel (numbered row-major over batch and space); null when there
  /// is none.
  const float* residual_row(const RunArgs& args, int64_t pixel) const {
    if (residual_ < 0) return nullptr;
    return static_cast<const float*>(args.inputs[residual_]) + pixel * residual_pitch;
  }

  bool has_program() const { return false; }
  /// Applies the rest of the program to channels [channel, channel + channels) of `count` stored
  /// pixels, of which out[0] is number `pixel`.
  void run(const RunArgs& args, float* const* out, int64_t pixel, int count, int64_t channel,
           int channels) const;

 private:
  int residual_ = -1;
};

}  // namespace trtlike::kernels::convolution
