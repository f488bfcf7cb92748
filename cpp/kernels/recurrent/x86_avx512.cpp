// Recurrent cells in AVX-512.
#include "kernels/recurrent/generic.h"

namespace trtlike::kernels::recurrent {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::recurrent
