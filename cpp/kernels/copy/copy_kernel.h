// A kernel made of strided copies, and what the copying tactics share.
#pragma once

#include <memory>
#include <vector>

#include "kernels/copy/copy.h"
#include "kernels/tactic.h"

namespace trtlike::kernels::copy {

/// The source of a piece that is filled with zeros.
inline constexpr int kZeros = -1;

struct Piece {
  CopyPlan plan;
  int source = 0;  ///< index of an input, or kZeros
};

/// Copies all pieces, in slices of tiles.
class CopyKernel final : public Kernel {
 public:
  CopyKernel(std::vector<Piece> pieces, int threads);
  void run(const RunArgs& args, int phase, int slice) const noexcept override;

 private:
  std::vector<Piece> pieces_;
  int64_t num_tiles_ = 0;
};

/// How many slices are worth their sharing for a copy of `bytes` in `tiles`.
int count_slices(int64_t bytes, int64_t tiles, int threads);

/// Bytes from one index to the next on each logical axis.
std::array<int64_t, Dims::kMaxDims> byte_strides(const TensorDesc& desc);

/// Refuses operands (inputs [0, copied) and output 0) that differ in type, have elements of less
/// than a byte, or a layout without strides.
std::optional<std::string> refuse_uncopyable(const Problem& problem, size_t copied);

/// A box of `desc`'s element size, without axes.
Box empty_box(const TensorDesc& desc);

}  // namespace trtlike::kernels::copy
