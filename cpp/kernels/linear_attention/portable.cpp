// Linear attention loops for any CPU.
#include "kernels/linear_attention/generic.h"

namespace trtlike::kernels::linear_attention {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::linear_attention
