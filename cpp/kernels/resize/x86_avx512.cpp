// Resize by taps in AVX-512.
#include "kernels/resize/generic.h"

namespace trtlike::kernels::resize {

constinit const TapLoops kAvx512 = make_loops();

}  // namespace trtlike::kernels::resize
