// Remainders in AVX-512.
#include "kernels/remainder/generic.h"

namespace trtlike::kernels::remainder {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::remainder
