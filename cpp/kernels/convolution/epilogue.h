// What happens to the sums of a convolution before they are stored: FusedConvolution's program. The
// common ones (a residual added, then clipping, SiLU or hard swish; roundings to steps before and
// behind the residual, to half or bfloat16 at the end) are done on the register tile; any other
// runs on the rows that a tile has just stored.
#pragma once

#include <memory>
#include <vector>

#include "kernels/convolution/finish.h"
#include "kernels/pointwise/epilogue.h"
#include "kernels/tactic.h"

namespace trtlike::kernels::convolution {

/// The finish that the program of this attribute asks for; nothing when it is more than that.
std::optional<Finish> find_finish(const Problem& problem, const char* attribute);

class Epilogue {
 public:
  /// Why the program or its operands cannot be computed with channels-last outputs.
  static std::optional<std::string> refuse(const Problem& problem);
  /// True when residual and finishes are all there is to do.
  static bool is_simple(const Problem& problem);
  Epilogue(const Problem& problem, core::Isa isa);

  /// Before a residual is added.
  Finish first;
  Finish finish;
  /// Elements from one pixel of the residual to the next.
  int64_t residual_pitch = 0;

  /// The residual's channels at a pixel (numbered row-major over batch and space); null when there
  /// is none.
  const float* residual_row(const RunArgs& args, int64_t pixel) const {
    if (residual_ < 0) return nullptr;
    return static_cast<const float*>(args.inputs[residual_]) + pixel * residual_pitch;
  }

  /// There is more to do than residual and finishes: run() on what was stored.
  bool has_program() const { return program_ != nullptr; }
  size_t scratch_bytes() const { return has_program() ? program_->scratch_bytes() : 0; }
  /// Applies the program in place to channels [channel, channel + channels) of `count` stored
  /// pixels from number `pixel` on.
  void run(const RunArgs& args, int64_t pixel, int64_t count, int64_t channel, int64_t channels,
           void* scratch) const;

 private:
  /// How an operand's first element for a pixel and channel is found.
  struct Operand {
    size_t input;
    int64_t elem_bytes;
    int64_t image;    ///< elements from one batch entry to the next
    int64_t pixel;    ///< from one pixel of an entry to the next
    int64_t channel;  ///< from one channel to the next: 1, or 0 for one that stands for all
  };
  static Operand describe(const Problem& problem, size_t input);
  void run_image(const RunArgs& args, int64_t image, int64_t pixel, int64_t count, int64_t channel,
                 int64_t channels, void* scratch) const;

  int residual_ = -1;
  std::unique_ptr<pointwise::Epilogue> program_;
  std::vector<Operand> operands_;
  int64_t image_pixels_ = 1;
  int64_t out_pitch_ = 0;
};

}  // namespace trtlike::kernels::convolution
