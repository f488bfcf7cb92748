// Tiles for AVX2 with FMA and F16C: 12 sums in the 16 registers.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {

constinit const TileSet tiles_f32_6x16_avx2 = make_tiles<WideningStep<float>, 6, 2>();
constinit const TileSet tiles_f16_6x16_avx2 = make_tiles<WideningStep<core::Half>, 6, 2>();

}  // namespace trtlike::kernels::matmul
