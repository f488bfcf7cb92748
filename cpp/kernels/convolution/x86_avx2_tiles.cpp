// Register tiles of direct convolution for AVX2: up to 12 of the 16 registers hold sums.
#include "kernels/convolution/tiles_impl.h"

namespace trtlike::kernels::convolution {

const TileSet& tiles_avx2() {
  static const TileSet set = make_tiles<8, 6, 4>();
  return set;
}

}  // namespace trtlike::kernels::convolution
