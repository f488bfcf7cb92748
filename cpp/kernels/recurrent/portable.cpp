// Recurrent cells in portable C++.
#include "kernels/recurrent/generic.h"

namespace trtlike::kernels::recurrent {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::recurrent
