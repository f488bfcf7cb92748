// Pooling loops for any CPU.
#include "kernels/pooling/generic.h"

namespace trtlike::kernels::pooling {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::pooling
