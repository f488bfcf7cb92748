// The loops of PanelProduct, written once against Vector. Internal linkage like Vector.
#pragma once

#include <algorithm>

#include "kernels/simd/panel_product.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels {
namespace {

/// kRows rows by kPanels panels.
template <int kRows, int kPanels>
void multiply_tile(const PanelProduct& product, int64_t row, int64_t panel) {
  constexpr int kVectors = static_cast<int>(kPanel) / Vector::kLanes * kPanels;
  constexpr int kVectorsOfPanel = kVectors / kPanels;
  const float* rows = product.rows + row * product.depth;
  const float* panels = product.panels + panel * product.depth * kPanel;
  const auto at = [&](int v) {
    return panels + v / kVectorsOfPanel * product.depth * kPanel +
           v % kVectorsOfPanel * Vector::kLanes;
  };
  Vector sums[kRows][kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const Vector bias = Vector::load(product.bias + panel * kPanel + v * Vector::kLanes);
    for (int r = 0; r < kRows; ++r) sums[r][v] = bias;
  }
  for (int64_t k = 0; k < product.depth; ++k) {
    Vector columns[kVectors];
    for (int v = 0; v < kVectors; ++v) columns[v] = Vector::load(at(v) + k * kPanel);
    for (int r = 0; r < kRows; ++r) {
      const Vector element(rows[r * product.depth + k]);
      for (int v = 0; v < kVectors; ++v) sums[r][v] = fma(element, columns[v], sums[r][v]);
    }
  }
  const int64_t left = product.columns - panel * kPanel;
  for (int r = 0; r < kRows; ++r) {
    float* out = product.out + (row + r) * product.out_pitch + panel * kPanel;
    for (int v = 0; v < kVectors; ++v) {
      const int64_t lanes = std::min<int64_t>(left - v * Vector::kLanes, Vector::kLanes);
      if (lanes == Vector::kLanes)
        sums[r][v].store(out + v * Vector::kLanes);
      else if (lanes > 0)
        sums[r][v].store(out + v * Vector::kLanes, static_cast<int>(lanes));
    }
  }
}

/// As many sums at once as there are registers for; a row alone has those of several panels.
inline void multiply_panels(const PanelProduct& product) {
  constexpr int kRows = Vector::kLanes == 16 ? 12 : Vector::kLanes == 8 ? 6 : 3;
  constexpr int kPanelsOfRow = Vector::kLanes == 16 ? 6 : Vector::kLanes == 8 ? 4 : 2;
  static_assert(kPanelRows % kRows == 0 && kPanel % Vector::kLanes == 0);
  const int64_t panels = (product.columns + kPanel - 1) / kPanel;
  int64_t row = 0;
  for (; row + kRows <= product.num_rows; row += kRows)
    for (int64_t panel = 0; panel < panels; ++panel) multiply_tile<kRows, 1>(product, row, panel);
  for (; row < product.num_rows; ++row) {
    int64_t panel = 0;
    for (; panel + kPanelsOfRow <= panels; panel += kPanelsOfRow)
      multiply_tile<1, kPanelsOfRow>(product, row, panel);
    for (; panel < panels; ++panel) multiply_tile<1, 1>(product, row, panel);
  }
}

}  // namespace
}  // namespace trtlike::kernels
