// Local response normalization in portable C++.
#include "kernels/lrn/generic.h"

namespace trtlike::kernels::lrn {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::lrn
