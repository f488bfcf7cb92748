// Tiles for any CPU.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {

const TileSet& tiles_f32_4x8_portable() {
  static const TileSet set = make_tiles<WideningStep<float>, 4, 2>();
  return set;
}

}  // namespace trtlike::kernels::matmul
