// Winograd transforms for AVX2.
#include "kernels/convolution/winograd_transforms.h"

namespace trtlike::kernels::convolution {

const WinogradTransforms& winograd_avx2(int m) { return winograd_transforms(m); }

}  // namespace trtlike::kernels::convolution
