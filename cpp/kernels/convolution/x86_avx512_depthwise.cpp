// Depthwise convolution for AVX-512.
#include "kernels/convolution/depthwise_impl.h"

namespace trtlike::kernels::convolution {

const DepthwiseSet& depthwise_avx512() {
  static const DepthwiseSet set = make_depthwise<float>();
  return set;
}

}  // namespace trtlike::kernels::convolution
