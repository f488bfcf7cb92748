// Softmax loops for AVX2.
#include "kernels/softmax/generic.h"

namespace trtlike::kernels::softmax {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::softmax
