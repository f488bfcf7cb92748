// Attention loops for any CPU.
#include "kernels/attention/generic.h"

namespace trtlike::kernels::attention {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::attention
