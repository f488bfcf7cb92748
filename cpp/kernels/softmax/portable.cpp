// Softmax loops for any CPU.
#include "kernels/softmax/generic.h"

namespace trtlike::kernels::softmax {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::softmax
