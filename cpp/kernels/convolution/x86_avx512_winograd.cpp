// Winograd transforms for AVX-512.
#include "kernels/convolution/winograd_transforms.h"

namespace trtlike::kernels::convolution {

const WinogradTransforms& winograd_avx512(WinogradSize size) { return winograd_transforms(size); }

}  // namespace trtlike::kernels::convolution
