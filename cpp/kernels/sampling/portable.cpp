// Sampling in portable C++.
#include "kernels/sampling/generic.h"

namespace trtlike::kernels::sampling {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::sampling
