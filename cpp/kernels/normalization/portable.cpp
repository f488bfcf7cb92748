// Normalization loops for any CPU.
#include "kernels/normalization/generic.h"

namespace trtlike::kernels::normalization {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::normalization
