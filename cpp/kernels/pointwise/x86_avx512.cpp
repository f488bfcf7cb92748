// The interpreter's steps in AVX-512.
#include "kernels/pointwise/generic.h"

namespace trtlike::kernels::pointwise {

constinit const StepTable kStepsAvx512 = make_step_table();

}  // namespace trtlike::kernels::pointwise
