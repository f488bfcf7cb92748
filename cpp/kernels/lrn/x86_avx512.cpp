// Local response normalization in AVX-512.
#include "kernels/lrn/generic.h"

namespace trtlike::kernels::lrn {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::lrn
