// Selections in AVX-512.
#include "kernels/selection/generic.h"

namespace trtlike::kernels::selection {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::selection
