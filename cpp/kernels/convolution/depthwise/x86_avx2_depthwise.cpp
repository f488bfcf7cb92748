// Depthwise convolution for AVX2.
#include "kernels/convolution/depthwise/depthwise_impl.h"

namespace trtlike::kernels::convolution::depthwise {

#define TRTLIKE_DEPTHWISE(...) TRTLIKE_MAKE_DEPTHWISE(Avx2, __VA_ARGS__)
#define TRTLIKE_DEPTHWISE_BYTES(...) TRTLIKE_DEPTHWISE(__VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"

}  // namespace trtlike::kernels::convolution::depthwise
