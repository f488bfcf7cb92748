// Register tiles of direct convolution for AVX-512: up to 24 of the 32 registers hold sums.
#include "kernels/convolution/direct/tiles_impl.h"

namespace trtlike::kernels::convolution::tiles {

#define TRTLIKE_DIRECT(...) TRTLIKE_MAKE_TILES(Avx512, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"

}  // namespace trtlike::kernels::convolution::tiles
