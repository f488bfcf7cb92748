// Resize by taps in AVX2.
#include "kernels/resize/generic.h"

namespace trtlike::kernels::resize {

const TapLoops& avx2_loops() {
  static constexpr TapLoops loops = make_loops();
  return loops;
}

}  // namespace trtlike::kernels::resize
