// Tiles for AVX-512: 24 or 28 sums in the 32 registers.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {

const TileSet& tiles_f32_6x64_avx512() {
  static const TileSet set = make_tiles<WideningStep<float>, 6, 4>();
  return set;
}

const TileSet& tiles_f32_4x64_avx512() {
  static const TileSet set = [] {
    TileSet narrow = tiles_f32_6x64_avx512();
    narrow.max_rows = 4;
    return narrow;
  }();
  return set;
}

const TileSet& tiles_f32_8x48_avx512() {
  static const TileSet set = make_tiles<WideningStep<float>, 8, 3>();
  return set;
}

const TileSet& tiles_f32_14x32_avx512() {
  static const TileSet set = make_tiles<WideningStep<float>, 14, 2>();
  return set;
}

const TileSet& tiles_f16_6x64_avx512() {
  static const TileSet set = make_tiles<WideningStep<core::Half>, 6, 4>();
  return set;
}

}  // namespace trtlike::kernels::matmul
