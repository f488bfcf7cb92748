// Running sums in AVX-512.
#include "kernels/cumulative/generic.h"

namespace trtlike::kernels::cumulative {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::cumulative
