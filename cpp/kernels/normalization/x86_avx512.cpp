// Normalization loops for AVX-512.
#include "kernels/normalization/generic.h"

namespace trtlike::kernels::normalization {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::normalization
