// The interpreter's steps in AVX2.
#include "kernels/pointwise/generic.h"

namespace trtlike::kernels::pointwise {

constinit const StepTable kStepsAvx2 = make_step_table();

}  // namespace trtlike::kernels::pointwise
