// Winograd transforms for AVX2.
#include "kernels/convolution/winograd_transforms.h"

namespace trtlike::kernels::convolution {

const WinogradTransforms& winograd_avx2(WinogradSize size) { return winograd_transforms(size); }

}  // namespace trtlike::kernels::convolution
