// Winograd transforms for AVX2.
#include "kernels/convolution/winograd/winograd_polyphase_impl.h"
#include "kernels/convolution/winograd/winograd_transforms.h"

namespace trtlike::kernels::convolution {

constinit const WinogradSet kWinogradAvx2 = make_winograd();
constinit const WinogradPolyphase kPolyphaseAvx2 = make_polyphase<2>();

}  // namespace trtlike::kernels::convolution
