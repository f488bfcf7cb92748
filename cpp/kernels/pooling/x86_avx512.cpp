// Pooling loops for AVX-512.
#include "kernels/pooling/generic.h"

namespace trtlike::kernels::pooling {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::pooling
