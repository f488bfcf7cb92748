// Resize by taps in AVX2.
#include "kernels/resize/generic.h"

namespace trtlike::kernels::resize {

constinit const TapLoops kAvx2 = make_loops();

}  // namespace trtlike::kernels::resize
