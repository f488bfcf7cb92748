// Linear attention loops for AVX2.
#include "kernels/linear_attention/generic.h"

namespace trtlike::kernels::linear_attention {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::linear_attention
