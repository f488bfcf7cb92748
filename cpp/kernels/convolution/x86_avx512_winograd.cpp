// Winograd transforms for AVX-512.
#include "kernels/convolution/winograd_polyphase_impl.h"
#include "kernels/convolution/winograd_transforms.h"

namespace trtlike::kernels::convolution {

const WinogradTransforms& winograd_avx512(WinogradSize size) { return winograd_transforms(size); }
const WinogradPolyphase& winograd_polyphase_avx512() { return winograd_polyphase<4>(); }

}  // namespace trtlike::kernels::convolution
