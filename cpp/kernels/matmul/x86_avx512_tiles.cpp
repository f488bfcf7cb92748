// Tiles for AVX-512: 24 or 28 sums in the 32 registers.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {
namespace tiles {

using namespace elements;
#define TRTLIKE_GEMM(...) TRTLIKE_MAKE_TILES(Avx512, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/matmul/kernels.inc"

}  // namespace tiles
}  // namespace trtlike::kernels::matmul
