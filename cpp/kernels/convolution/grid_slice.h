// A worker's scratch for blocks of direct convolution: pointer tables, partial sums, and what the
// epilogue's program wants.
#pragma once

#include "core/os/memory.h"
#include "kernels/convolution/direct/direct.h"

namespace trtlike::kernels::convolution {

/// Sizes in bytes; parts lie in this order.
struct BlockScratch {
  size_t table_bytes = 0;
  size_t partial_bytes = 0;
  size_t program_bytes = 0;

  /// Room for blocks of up to `pixels` pixels.
  template <typename Types>
  static BlockScratch plan(const DirectPass<Types>& pass, int64_t pixels) {
    return {core::align_up(static_cast<size_t>((pass.panels.taps + 1) * pixels) * sizeof(void*)),
            core::align_up(static_cast<size_t>(pass.partial_floats(pixels)) *
                           sizeof(typename Types::Sum)),
            pass.epilogue->scratch_bytes()};
  }
  size_t bytes() const { return table_bytes + partial_bytes + program_bytes; }
  void* partial(void* base) const { return static_cast<char*>(base) + table_bytes; }
  void* program(void* base) const { return static_cast<char*>(base) + table_bytes + partial_bytes; }
};

/// Where a kernel's input and output are, and how far apart their pixels lie.
struct PixelOperands {
  int64_t in_pitch_bytes = 0;
  int64_t out_pitch_bytes = 0;
  const void* zeros = nullptr;  ///< as many bytes as an input pixel has
};

/// Computes slice `slice` of a pass over all points of a grid.
template <typename Types>
void run_grid_slice(const IndirectionGrid& grid, const DirectPass<Types>& pass,
                    const Blocking& blocking, const BlockScratch& scratch,
                    const PixelOperands& operands, const RunArgs& args, int slice);

}  // namespace trtlike::kernels::convolution
