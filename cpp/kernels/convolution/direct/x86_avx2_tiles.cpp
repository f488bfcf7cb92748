// Register tiles of direct convolution for AVX2: up to 12 of the 16 registers hold sums.
#include "kernels/convolution/direct/tiles_impl.h"

namespace trtlike::kernels::convolution {

constinit const TileSet kTilesAvx2 = make_tiles<8, 6, 4>();

}  // namespace trtlike::kernels::convolution
