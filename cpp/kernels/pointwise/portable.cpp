// The interpreter's steps in portable code.
#include "kernels/pointwise/generic.h"

namespace trtlike::kernels::pointwise {

const StepTable& steps_portable() {
  static const StepTable table = make_step_table();
  return table;
}

}  // namespace trtlike::kernels::pointwise
