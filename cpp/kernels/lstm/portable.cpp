// LSTM loops for any CPU.
#include "kernels/lstm/generic.h"

namespace trtlike::kernels::lstm {

constinit const Loops kPortable = make_loops();

}  // namespace trtlike::kernels::lstm
