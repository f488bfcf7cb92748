// Depthwise convolution of bfloat16 tensors, for AVX-512 with BF16.
#include "kernels/convolution/depthwise/depthwise_impl.h"

namespace trtlike::kernels::convolution {

constinit const BasicDepthwiseSet<core::BFloat16> kDepthwiseAvx512Bf16 =
    make_depthwise<core::BFloat16>();

}  // namespace trtlike::kernels::convolution
