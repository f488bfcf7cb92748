// Winograd convolution of few channels with kernels of 5 to 7 by 5 to 7 and a stride of 2, as
// networks begin with.
//
// Pixels whose rows and columns have the same parities (a polyphase component, here a phase) meet
// only the taps of these parities, with a stride of 1: four convolutions of up to 4x4 taps, whose
// sum is one F(4x4, 4x4) with the phases as input channels:
//
//   Y = A^T [ sum over phases p and channels c of (G g_pc G^T) . (B^T d_pc B) ] A
//
// by the points 0, +-1, +-2, 1/2 and infinity. Odd rows and columns have three taps at most, so
// that their products at infinity are zero and left out.
//
// A phase pixel is 16 floats, [column parity][row parity][channels], each column parity padded to
// 8. V (transformed input) is [tiles][7 rows][7 columns][16]. The sums of a row of products are
// multiplied by A while they are in registers: M is [tiles][panels][7 rows][4][lanes].
#pragma once

#include "kernels/convolution/winograd/winograd.h"

namespace trtlike::kernels::convolution {

inline constexpr WinogradSize kPolyphaseSize{4, 1, 4};
inline constexpr int kPolyphaseWindow = kPolyphaseSize.window();
/// Floats of a phase pixel, and of each half.
inline constexpr int kPhasePixel = 16;
inline constexpr int kPhaseHalf = 8;
/// Vectors of weights an input: a row's products of even columns, and of odd ones.
inline constexpr int kPhaseProducts = 2 * kPolyphaseWindow - 1;

/// One float of the phase pixels of a row: every second pixel of an input row from x on, with zeros
/// beside [0, width).
struct PhaseLane {
  const float* row;  ///< null: zeros
  int64_t pixel_pitch;
  int64_t width;
  int64_t x;
  int64_t count;
  float* to;
};

/// Floats of V from one tile to the next.
inline constexpr int64_t kPolyphaseTile =
    int64_t{kPolyphaseWindow} * kPolyphaseWindow * kPhasePixel;

/// Row i of the products of some tiles with the filters of one vector of output channels.
struct PhaseRow {
  const float* v;        ///< the first tile's row
  const float* weights;  ///< [inputs][kPhaseProducts][lanes]
  int64_t inputs;        ///< of one column parity
  float* m;              ///< the first tile's row
  int64_t m_pitch;
  int tiles;
};

struct WinogradPolyphase {
  int lanes;
  int max_tiles;  ///< of a PhaseRow
  void (*fill_lane)(const PhaseLane& lane);
  /// [kPhasePixel] lanes, `pitch` floats apart, to `count` pixels.
  void (*transpose)(const float* lanes, int64_t pitch, int64_t count, float* pixels);
  void (*input)(const InputWindow& window);
  void (*multiply)(const PhaseRow& row);
  void (*output)(const OutputTile& tile);
};

extern const WinogradPolyphase kPolyphaseAvx2, kPolyphaseAvx512;

}  // namespace trtlike::kernels::convolution
