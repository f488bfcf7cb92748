// Sampling in AVX-512.
#include "kernels/sampling/generic.h"

namespace trtlike::kernels::sampling {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::sampling
