// Tiles for any CPU.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {
namespace tiles {

using namespace elements;
#define TRTLIKE_GEMM(...) TRTLIKE_MAKE_TILES(Portable, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/matmul/kernels.inc"

}  // namespace tiles
}  // namespace trtlike::kernels::matmul
