// The interpreter's steps in portable code.
#include "kernels/pointwise/generic.h"

namespace trtlike::kernels::pointwise {

constinit const StepTable kStepsPortable = make_step_table();

}  // namespace trtlike::kernels::pointwise
