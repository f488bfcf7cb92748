// Softmax loops for AVX-512.
#include "kernels/softmax/generic.h"

namespace trtlike::kernels::softmax {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::softmax
