// Depthwise convolution for any CPU.
#include "kernels/convolution/depthwise_impl.h"

namespace trtlike::kernels::convolution {

const DepthwiseSet& depthwise_portable() {
  static const DepthwiseSet set = make_depthwise<float>();
  return set;
}

}  // namespace trtlike::kernels::convolution
