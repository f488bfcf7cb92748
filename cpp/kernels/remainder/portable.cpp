// Remainders in portable C++.
#include "kernels/remainder/generic.h"

namespace trtlike::kernels::remainder {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::remainder
