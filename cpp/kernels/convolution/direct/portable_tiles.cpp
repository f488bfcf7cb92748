// Register tiles of direct convolution in the compiler's vectors, for any CPU.
#include "kernels/convolution/direct/tiles_impl.h"

namespace trtlike::kernels::convolution::tiles {

#define TRTLIKE_DIRECT(...) TRTLIKE_MAKE_TILES(Portable, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"

}  // namespace trtlike::kernels::convolution::tiles
