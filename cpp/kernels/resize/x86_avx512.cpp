// Resize by taps in AVX-512.
#include "kernels/resize/generic.h"

namespace trtlike::kernels::resize {

const TapLoops& avx512_loops() {
  static constexpr TapLoops loops = make_loops();
  return loops;
}

}  // namespace trtlike::kernels::resize
