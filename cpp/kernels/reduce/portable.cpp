// Reduction loops for any CPU.
#include "kernels/reduce/generic.h"

namespace trtlike::kernels::reduce {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::reduce
