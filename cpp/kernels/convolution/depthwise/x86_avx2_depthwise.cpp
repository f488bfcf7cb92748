// Depthwise convolution for AVX2.
#include "kernels/convolution/depthwise/depthwise_impl.h"

namespace trtlike::kernels::convolution {

constinit const DepthwiseSet kDepthwiseAvx2 = make_depthwise<float>();

}  // namespace trtlike::kernels::convolution
