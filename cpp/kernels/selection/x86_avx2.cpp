// Selections in AVX2.
#include "kernels/selection/generic.h"

namespace trtlike::kernels::selection {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::selection
