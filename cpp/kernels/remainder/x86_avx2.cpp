// Remainders in AVX2.
#include "kernels/remainder/generic.h"

namespace trtlike::kernels::remainder {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::remainder
