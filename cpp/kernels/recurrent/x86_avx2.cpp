// Recurrent cells in AVX2.
#include "kernels/recurrent/generic.h"

namespace trtlike::kernels::recurrent {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::recurrent
