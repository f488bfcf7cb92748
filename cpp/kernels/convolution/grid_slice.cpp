// Filling the tables of a block, and running it.
#include "kernels/convolution/grid_slice.h"

namespace trtlike::kernels::convolution {

template <typename Types>
void run_grid_slice(const IndirectionGrid& grid, const DirectPass<Types>& pass,
                    const Blocking& blocking, const BlockScratch& scratch,
                    const PixelOperands& operands, const RunArgs& args, int slice) {
  const int64_t block = slice / blocking.panel_blocks;
  const int panels = slice % blocking.panel_blocks;
  const int64_t first = blocking.first_pixel(block);
  const int64_t count = blocking.first_pixel(block + 1) - first;
  const auto rows = static_cast<const void**>(args.scratch);
  void** const outputs = static_cast<void**>(args.scratch) + grid.taps() * count;
  fill_indirection(grid, args.inputs[0], operands.in_pitch_bytes, operands.zeros, first, count,
                   rows, count);
  fill_output_indirection(grid, args.outputs[0], operands.out_pitch_bytes, first, count, outputs);
  pass.run_block({.rows = reinterpret_cast<const typename Types::A* const*>(rows),
                  .row_stride = count,
                  .outputs = reinterpret_cast<typename Types::C* const*>(outputs),
                  .first_pixel = first,
                  .count = count},
                 blocking.first_panel(panels), blocking.first_panel(panels + 1), args,
                 static_cast<typename Types::Sum*>(scratch.partial(args.scratch)),
                 scratch.program(args.scratch));
}

template void run_grid_slice(const IndirectionGrid&, const DirectPass<F32>&, const Blocking&,
                             const BlockScratch&, const PixelOperands&, const RunArgs&, int);

}  // namespace trtlike::kernels::convolution
