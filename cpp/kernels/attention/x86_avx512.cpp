// Attention loops for AVX-512.
#include "kernels/attention/generic.h"

namespace trtlike::kernels::attention {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::attention
