// LSTM loops for AVX2.
#include "kernels/lstm/generic.h"

namespace trtlike::kernels::lstm {

constinit const Loops kAvx2 = make_loops();

}  // namespace trtlike::kernels::lstm
