// Winograd transforms for AVX-512.
#include "kernels/convolution/winograd_transforms.h"

namespace trtlike::kernels::convolution {

const WinogradTransforms& winograd_avx512(int m) { return winograd_transforms(m); }

}  // namespace trtlike::kernels::convolution
