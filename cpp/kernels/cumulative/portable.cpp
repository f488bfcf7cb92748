// Running sums in portable C++.
#include "kernels/cumulative/generic.h"

namespace trtlike::kernels::cumulative {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::cumulative
