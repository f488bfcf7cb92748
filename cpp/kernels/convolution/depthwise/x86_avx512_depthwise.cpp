// Depthwise convolution for AVX-512.
#include "kernels/convolution/depthwise/depthwise_impl.h"

namespace trtlike::kernels::convolution {

constinit const DepthwiseSet kDepthwiseAvx512 = make_depthwise<float>();

}  // namespace trtlike::kernels::convolution
