// LSTM loops for AVX-512.
#include "kernels/lstm/generic.h"

namespace trtlike::kernels::lstm {

constinit const Loops kAvx512 = make_loops();

}  // namespace trtlike::kernels::lstm
