// A product of rows of floats by a matrix of weights that lies in panels, for tactics that make
// their rows themselves. The loops are multiply_panels.h.
#pragma once

#include <cstdint>

namespace trtlike::kernels {

/// Columns of a matrix that lie together: [columns / kPanel, depth, kPanel].
inline constexpr int64_t kPanel = 16;
/// Rows that a product takes at once are a divisor of this.
inline constexpr int64_t kPanelRows = 24;

inline int64_t in_panels(int64_t columns) { return (columns + kPanel - 1) / kPanel * kPanel; }

/// out[r, m] = bias[m] + sum of rows[r, k] * panels[m / kPanel, k, m % kPanel] over k.
struct PanelProduct {
  const float* rows;
  int64_t num_rows;
  int64_t depth;
  const float* panels;
  const float* bias;  ///< of whole panels
  int64_t columns;
  float* out;
  int64_t out_pitch;
};

}  // namespace trtlike::kernels
