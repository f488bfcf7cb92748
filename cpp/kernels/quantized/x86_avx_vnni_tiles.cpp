// Tiles for AVX-VNNI.
#include "kernels/quantized/tiles_impl.h"

namespace trtlike::kernels::quantized::tiles {

#define TRTLIKE_QUANTIZED(...) TRTLIKE_MAKE_QUANTIZED(AvxVnni, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/quantized/kernels.inc"

}  // namespace trtlike::kernels::quantized::tiles
