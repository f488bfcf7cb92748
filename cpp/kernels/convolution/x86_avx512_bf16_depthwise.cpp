// Depthwise convolution of bfloat16 tensors, for AVX-512 with BF16.
#include "kernels/convolution/depthwise_impl.h"

namespace trtlike::kernels::convolution {

const BasicDepthwiseSet<core::BFloat16>& depthwise_avx512_bf16() {
  static const BasicDepthwiseSet<core::BFloat16> set = make_depthwise<core::BFloat16>();
  return set;
}

}  // namespace trtlike::kernels::convolution
