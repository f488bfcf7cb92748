// Reduction loops for AVX2.
#include "kernels/reduce/generic.h"

namespace trtlike::kernels::reduce {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::reduce
