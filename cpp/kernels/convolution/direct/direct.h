// Direct convolution of channels-last tensors by register tiles: blocks of output pixels by
// panels of output channels, an implicit matrix product over taps and input channels.
#pragma once

#include <vector>

#include "kernels/convolution/direct/tiles.h"
#include "kernels/convolution/epilogue.h"
#include "kernels/convolution/indirection.h"
#include "kernels/convolution/panels.h"

namespace trtlike::kernels::convolution {

/// How a pass is cut: pixel_blocks * panel_blocks slices.
struct Blocking {
  int64_t pixels = 0;
  int64_t pixel_blocks = 1;
  int panels = 0;
  int panel_blocks = 1;

  int slices() const { return static_cast<int>(pixel_blocks) * panel_blocks; }
  int64_t first_pixel(int64_t block) const { return pixels * block / pixel_blocks; }
  int first_panel(int block) const { return panels * block / panel_blocks; }
  /// The most pixels that a block has.
  int64_t block_pixels() const { return (pixels + pixel_blocks - 1) / pixel_blocks; }
};

/// Slices that share out evenly among `threads`, are not too small to be worth sharing, and reread
/// weights as little as possible. `row_bytes` is what the pointer table takes a pixel.
Blocking plan_blocking(const PanelPlan& panels, int64_t pixels, int threads);

/// A block's pointer tables.
template <typename Types>
struct BlockRows {
  const typename Types::A* const* rows;  ///< rows[t * row_stride + i]
  int64_t row_stride;
  typename Types::C* const* outputs;
  int64_t first_pixel;  ///< number of the first one, which residuals go by
  int64_t count;
};

/// Everything but the pixels: tiles, weights, what happens to the sums.
template <typename Types>
struct DirectPass {
  const Tiles<Types>* tiles = nullptr;
  PanelPlan panels;
  /// Null: `shared_offset` floats into the run's shared memory.
  const void* packed = nullptr;
  int64_t shared_offset = 0;
  const Epilogue* epilogue = nullptr;

  /// Floats of scratch that run_block needs for a block of that many pixels.
  int64_t partial_floats(int64_t pixels) const;
  /// `partial` has partial_floats(block.count); `program_scratch` is the epilogue's.
  void run_block(const BlockRows<Types>& block, int first_panel, int last_panel,
                 const RunArgs& args, typename Types::Sum* partial, void* program_scratch) const;

 private:
  void run_panel(const BlockRows<Types>& block, int64_t begin, int64_t end, const Panel& panel,
                 const RunArgs& args, typename Types::Sum* partial, void* program_scratch) const;
  int64_t chunk_channels(const Panel& panel, int64_t pixels) const;
};

}  // namespace trtlike::kernels::convolution
