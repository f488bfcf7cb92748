// Tiles for AVX2 with FMA and F16C: 12 sums in the 16 registers.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {
namespace tiles {

using namespace elements;
#define TRTLIKE_GEMM(...) TRTLIKE_MAKE_TILES(Avx2, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/matmul/kernels.inc"

}  // namespace tiles
}  // namespace trtlike::kernels::matmul
