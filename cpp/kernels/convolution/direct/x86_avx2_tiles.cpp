// Register tiles of direct convolution for AVX2: up to 12 of the 16 registers hold sums.
#include "kernels/convolution/direct/tiles_impl.h"

namespace trtlike::kernels::convolution::tiles {

#define TRTLIKE_DIRECT(...) TRTLIKE_MAKE_TILES(Avx2, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"

}  // namespace trtlike::kernels::convolution::tiles
