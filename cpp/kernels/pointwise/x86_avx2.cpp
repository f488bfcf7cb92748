// The interpreter's steps in AVX2.
#include "kernels/pointwise/generic.h"

namespace trtlike::kernels::pointwise {

const StepTable& steps_avx2() {
  static const StepTable table = make_step_table();
  return table;
}

}  // namespace trtlike::kernels::pointwise
