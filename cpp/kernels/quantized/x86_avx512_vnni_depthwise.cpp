// Depthwise convolution of bytes for AVX-512 with VNNI.
#include "kernels/quantized/depthwise_impl.h"

namespace trtlike::kernels::quantized::depthwise {

#define TRTLIKE_QUANTIZED_DEPTHWISE(...) TRTLIKE_MAKE_QUANTIZED_DEPTHWISE(Avx512Vnni, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/quantized/kernels.inc"

}  // namespace trtlike::kernels::quantized::depthwise
