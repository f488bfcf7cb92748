// Tiles for any CPU.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {

constinit const TileSet tiles_f32_4x8_portable = make_tiles<WideningStep<float>, 4, 2>();

}  // namespace trtlike::kernels::matmul
