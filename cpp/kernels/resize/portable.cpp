// Resize by taps in plain C++.
#include "kernels/resize/generic.h"

namespace trtlike::kernels::resize {

constinit const TapLoops kPortable = make_loops();

}  // namespace trtlike::kernels::resize
