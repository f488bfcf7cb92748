// Winograd transforms for AVX2.
#include "kernels/convolution/winograd_phases_impl.h"
#include "kernels/convolution/winograd_transforms.h"

namespace trtlike::kernels::convolution {

const WinogradTransforms& winograd_avx2(WinogradSize size) { return winograd_transforms(size); }
const WinogradPhases& winograd_phases_avx2() { return winograd_phases<2>(); }

}  // namespace trtlike::kernels::convolution
