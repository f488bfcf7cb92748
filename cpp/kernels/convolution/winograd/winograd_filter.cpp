// The filter transform, from the points.
#include <array>
#include <vector>

#include "core/check.h"
#include "kernels/convolution/winograd/winograd.h"

namespace trtlike::kernels::convolution {
namespace {

std::vector<double> points(WinogradSize size) {
  if (size.stride == 2) {
    if (size.m == 2) return {0, 1};
    TRTLIKE_ASSERT(size.m == 4, "Winograd output extent ", size.m);
    return {0, 1, -1, 2};
  }
  if (size.taps == 4) return {0, 1, -1, 2, -2, 0.5};
  switch (size.m) {
    case 2:
      return {0, 1, -1};
    case 4:
      return {0, 1, -1, 0.5, -2};
    default:
      TRTLIKE_ASSERT(size.m == 6, "Winograd output extent ", size.m);
      return {0, 1, -1, 2, -2, 0.5, -0.5};
  }
}

using Row = std::array<double, 4>;

/// Row j is (1, a, a^2, a^3) / prod over the other points b of (a - b), or (1, 0, a) / prod with a
/// stride of 2; then the last tap alone, and with a stride of 2 m times (0, 1, 0).
std::vector<Row> filter_matrix(WinogradSize size) {
  const std::vector<double> at = points(size);
  std::vector<Row> rows;
  for (size_t j = 0; j < at.size(); ++j) {
    double divisor = 1;
    for (size_t l = 0; l < at.size(); ++l)
      if (l != j) divisor *= at[j] - at[l];
    const double once = at[j] / divisor, twice = at[j] * once;
    rows.push_back(size.stride == 1 ? Row{1 / divisor, once, twice, at[j] * twice}
                                    : Row{1 / divisor, 0, once});
  }
  rows.push_back(size.taps == 4 ? Row{0, 0, 0, 1} : Row{0, 0, 1});
  if (size.stride == 2) rows.insert(rows.end(), static_cast<size_t>(size.m), {0, 1, 0});
  return rows;
}

}  // namespace

void transform_filters(WinogradSize size, const float* filters, size_t count, double* out) {
  const std::vector<Row> g = filter_matrix(size);
  const auto taps = static_cast<size_t>(size.taps);
  std::vector<Row> rows(g.size());
  for (const float* filter = filters; filter != filters + count * taps * taps;
       filter += taps * taps) {
    for (size_t i = 0; i < g.size(); ++i) {
      rows[i] = {};
      for (size_t a = 0; a < taps; ++a)
        for (size_t b = 0; b < taps; ++b)
          rows[i][b] += g[i][a] * static_cast<double>(filter[a * taps + b]);
    }
    for (const Row& row : rows)
      for (const Row& column : g) {
        double sum = 0;
        for (size_t b = 0; b < taps; ++b) sum += row[b] * column[b];
        *out++ = sum;
      }
  }
}

}  // namespace trtlike::kernels::convolution
