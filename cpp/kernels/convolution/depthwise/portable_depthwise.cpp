// Depthwise convolution for any CPU.
#include "kernels/convolution/depthwise/depthwise_impl.h"

namespace trtlike::kernels::convolution {

constinit const DepthwiseSet kDepthwisePortable = make_depthwise<float>();

}  // namespace trtlike::kernels::convolution
