// Register tiles of direct convolution for AVX-512: up to 24 of the 32 registers hold sums.
#include "kernels/convolution/direct/tiles_impl.h"

namespace trtlike::kernels::convolution {

constinit const TileSet kTilesAvx512 = make_tiles<12, 12, 8, 6>();

}  // namespace trtlike::kernels::convolution
