// Tiles for AVX-512 BF16: two products a lane and step.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {
namespace tiles {

using namespace elements;
#define TRTLIKE_GEMM(...) TRTLIKE_MAKE_TILES(Avx512Bf16, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/matmul/kernels.inc"

}  // namespace tiles
}  // namespace trtlike::kernels::matmul
