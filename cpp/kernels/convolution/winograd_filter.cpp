// The filter transform, from the points.
#include <array>
#include <vector>

#include "core/check.h"
#include "kernels/convolution/winograd.h"

namespace trtlike::kernels::convolution {
namespace {

std::vector<double> points(int m) {
  switch (m) {
    case 2:
      return {0, 1, -1};
    case 4:
      return {0, 1, -1, 0.5, -2};
    default:
      TRTLIKE_ASSERT(m == 6, "Winograd output extent ", m);
      return {0, 1, -1, 2, -2, 0.5, -0.5};
  }
}

using Row = std::array<double, 3>;

/// Row j is (1, a, a^2) / prod over the other points b of (a - b); the last one is (0, 0, 1).
std::vector<Row> filter_matrix(int m) {
  const std::vector<double> at = points(m);
  std::vector<Row> rows;
  for (size_t j = 0; j < at.size(); ++j) {
    double divisor = 1;
    for (size_t l = 0; l < at.size(); ++l)
      if (l != j) divisor *= at[j] - at[l];
    rows.push_back({1 / divisor, at[j] / divisor, at[j] * at[j] / divisor});
  }
  rows.push_back({0, 0, 1});
  return rows;
}

}  // namespace

void transform_filter(int m, const float* filter, double* out) {
  const std::vector<Row> g = filter_matrix(m);
  const size_t t = g.size();
  for (size_t i = 0; i < t; ++i)
    for (size_t j = 0; j < t; ++j) {
      double sum = 0;
      for (size_t a = 0; a < 3; ++a)
        for (size_t b = 0; b < 3; ++b)
          sum += g[i][a] * g[j][b] * static_cast<double>(filter[a * 3 + b]);
      out[i * t + j] = sum;
    }
}

}  // namespace trtlike::kernels::convolution
