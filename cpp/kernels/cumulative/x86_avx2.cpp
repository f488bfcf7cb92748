// Running sums in AVX2.
#include "kernels/cumulative/generic.h"

namespace trtlike::kernels::cumulative {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::cumulative
