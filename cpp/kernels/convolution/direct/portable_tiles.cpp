// Register tiles of direct convolution in the compiler's vectors, for any CPU.
#include "kernels/convolution/direct/tiles_impl.h"

namespace trtlike::kernels::convolution {

constinit const TileSet kTilesPortable = make_tiles<4, 4>();

}  // namespace trtlike::kernels::convolution
