// Winograd transforms for AVX-512.
#include "kernels/convolution/winograd/winograd_polyphase_impl.h"
#include "kernels/convolution/winograd/winograd_transforms.h"

namespace trtlike::kernels::convolution {

constinit const WinogradSet kWinogradAvx512 = make_winograd();
constinit const WinogradPolyphase kPolyphaseAvx512 = make_polyphase<4>();

}  // namespace trtlike::kernels::convolution
