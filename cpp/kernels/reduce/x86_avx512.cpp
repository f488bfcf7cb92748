// Reduction loops for AVX-512.
#include "kernels/reduce/generic.h"

namespace trtlike::kernels::reduce {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::reduce
