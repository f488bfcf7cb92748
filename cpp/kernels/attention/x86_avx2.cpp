// Attention loops for AVX2.
#include "kernels/attention/generic.h"

namespace trtlike::kernels::attention {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::attention
