// Normalization loops for AVX2.
#include "kernels/normalization/generic.h"

namespace trtlike::kernels::normalization {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::normalization
