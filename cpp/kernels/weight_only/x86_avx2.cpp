// Tiles for AVX2.
#include "kernels/weight_only/tiles_impl.h"

namespace trtlike::kernels::weight_only::tiles {

#define TRTLIKE_WEIGHT_ONLY(...) TRTLIKE_MAKE_WEIGHT_ONLY(Avx2, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/weight_only/kernels.inc"

}  // namespace trtlike::kernels::weight_only::tiles
