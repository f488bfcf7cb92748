// Resize by taps in plain C++.
#include "kernels/resize/generic.h"

namespace trtlike::kernels::resize {

const TapLoops& portable_loops() {
  static constexpr TapLoops loops = make_loops();
  return loops;
}

}  // namespace trtlike::kernels::resize
