// Where RoiAlign samples a feature map along one axis of a box.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace trtlike::ops {

/// Two neighbours on an axis and their weights.
struct RoiSample {
  int64_t low, high;
  double low_weight, high_weight;
};

/// T is float for all boxes but DOUBLE ones, as in ONNX Runtime: how many samples there are depends
/// on it.
template <typename T>
struct RoiAxis {
  T start, bin;
  /// Samples in a bin, on the map or not.
  int64_t grid;
  int64_t extent;

  RoiAxis(T begin, T end, bool is_half_pixel, int64_t bins, int64_t ratio, int64_t length)
      : start(begin), extent(length) {
    T size = end - begin;
    if (!is_half_pixel) size = std::max(size, T{1});
    bin = size / static_cast<T>(bins);
    const T samples = std::ceil(bin);
    const bool fits = samples > 0 && samples < T{1 << 30};
    grid = ratio > 0 ? ratio : fits ? static_cast<int64_t>(samples) : 0;
  }

  /// Calls f(sample) for the samples of a bin that lie on the map, in ascending order; those
  /// outside are zero. There are at most max_samples(ratio, extent) of them.
  template <typename F>
  void for_each_sample(int64_t index, F&& f) const {
    const T first = start + static_cast<T>(index) * bin, step = bin / static_cast<T>(grid);
    int64_t from = 0, to = grid;
    if (grid > 4096) {
      const auto near = [&](double at) {
        return std::clamp((at - static_cast<double>(first)) / static_cast<double>(step), 0.0,
                          static_cast<double>(grid));
      };
      from = static_cast<int64_t>(near(-3));
      to = static_cast<int64_t>(near(static_cast<double>(extent) + 2));
    }
    for (int64_t i = from; i < to; ++i) {
      const T at = first + (static_cast<T>(i) + T{0.5f}) * bin / static_cast<T>(grid);
      if (at >= T{-1} && at <= static_cast<T>(extent)) f(sample(at));
    }
  }

 private:
  RoiSample sample(T at) const {
    at = std::max(at, T{0});
    const auto low = static_cast<int64_t>(at);
    if (low >= extent - 1) return {extent - 1, extent - 1, 1, 0};
    const double rest = static_cast<double>(at - static_cast<T>(low));
    return {low, low + 1, 1 - rest, rest};
  }
};

/// Without a ratio samples are half an element apart or more, but for one alone.
inline int64_t max_samples(int64_t ratio, int64_t extent) {
  return ratio > 0 ? ratio : 2 * extent + 8;
}

}  // namespace trtlike::ops
