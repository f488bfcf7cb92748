// The interpreter's steps in AVX-512.
#include "kernels/pointwise/generic.h"

namespace trtlike::kernels::pointwise {

const StepTable& steps_avx512() {
  static const StepTable table = make_step_table();
  return table;
}

}  // namespace trtlike::kernels::pointwise
