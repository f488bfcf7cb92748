// Winograd transforms for AVX2.
#include "kernels/convolution/winograd_polyphase_impl.h"
#include "kernels/convolution/winograd_transforms.h"

namespace trtlike::kernels::convolution {

const WinogradTransforms& winograd_avx2(WinogradSize size) { return winograd_transforms(size); }
const WinogradPolyphase& winograd_polyphase_avx2() { return winograd_polyphase<2>(); }

}  // namespace trtlike::kernels::convolution
