// Register tiles of direct convolution in the compiler's vectors, for any CPU.
#include "kernels/convolution/tiles_impl.h"

namespace trtlike::kernels::convolution {

const TileSet& tiles_portable() {
  static const TileSet set = make_tiles<4, 4>();
  return set;
}

}  // namespace trtlike::kernels::convolution
