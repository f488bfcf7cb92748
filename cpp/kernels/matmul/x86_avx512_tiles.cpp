// Tiles for AVX-512: 24 or 28 sums in the 32 registers.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {

constinit const TileSet tiles_f32_6x64_avx512 = make_tiles<WideningStep<float>, 6, 4>();
constinit const TileSet tiles_f32_4x64_avx512 = [] {
  TileSet narrow = make_tiles<WideningStep<float>, 6, 4>();
  narrow.max_rows = 4;
  return narrow;
}();
constinit const TileSet tiles_f32_8x48_avx512 = make_tiles<WideningStep<float>, 8, 3>();
constinit const TileSet tiles_f32_14x32_avx512 = make_tiles<WideningStep<float>, 14, 2>();
constinit const TileSet tiles_f16_6x64_avx512 = make_tiles<WideningStep<core::Half>, 6, 4>();

}  // namespace trtlike::kernels::matmul
