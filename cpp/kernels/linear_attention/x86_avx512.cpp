// Linear attention loops for AVX-512.
#include "kernels/linear_attention/generic.h"

namespace trtlike::kernels::linear_attention {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::linear_attention
