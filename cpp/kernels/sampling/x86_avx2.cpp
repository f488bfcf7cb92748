// Sampling in AVX2.
#include "kernels/sampling/generic.h"

namespace trtlike::kernels::sampling {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::sampling
