// Local response normalization in AVX2.
#include "kernels/lrn/generic.h"

namespace trtlike::kernels::lrn {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::lrn
