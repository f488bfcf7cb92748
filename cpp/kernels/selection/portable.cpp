// Selections in portable C++.
#include "kernels/selection/generic.h"

namespace trtlike::kernels::selection {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::selection
