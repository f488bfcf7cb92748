// Pooling loops for AVX2.
#include "kernels/pooling/generic.h"

namespace trtlike::kernels::pooling {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::pooling
