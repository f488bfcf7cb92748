// The elements that GridSample weighs along one axis.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "ops/shapes/resize_shape.h"
#include "ops/shapes/slice_shape.h"

namespace trtlike::ops {

/// The elements of an axis that a grid coordinate weighs; an index below zero is outside.
struct GridTaps {
  int count = 0;
  std::array<int64_t, 4> index{};
  std::array<double, 4> weight{};

  void add(int64_t at, double by) {
    index[static_cast<size_t>(count)] = at;
    weight[static_cast<size_t>(count++)] = by;
  }
};

class GridSampler {
 public:
  explicit GridSampler(const Attributes& attributes)
      : interpolation_(attributes.get_enum<InterpolationMode>("interpolation_mode")),
        mode_(sample_mode(attributes, "sample_mode")),
        align_corners_(attributes.get_bool("align_corners")) {}

  /// T is float for all grids but DOUBLE ones, as in ONNX Runtime: the choice between two equally
  /// near elements depends on it.
  template <typename T>
  GridTaps taps(T grid, int64_t extent) const {
    const T n = static_cast<T>(extent);
    double x = align_corners_ ? (grid + 1) / 2 * (n - 1) : ((grid + 1) * n - 1) / 2;
    if (interpolation_ == InterpolationMode::Cubic) return cubic_taps(x, extent);
    x = place(x, extent);
    GridTaps out;
    if (interpolation_ == InterpolationMode::Nearest) {
      out.add(inside(std::nearbyint(x), extent), 1.0);
      return out;
    }
    const double low = std::floor(x);
    out.add(inside(low, extent), 1 - (x - low));
    out.add(inside(low + 1, extent), x - low);
    return out;
  }

 private:
  /// The coordinate that stands for x by the sample mode.
  double place(double x, int64_t extent) const {
    const auto last = static_cast<double>(extent - 1);
    if (mode_ == SampleMode::Clamp) return std::min(std::max(x, 0.0), last);
    if (mode_ == SampleMode::Reflect) return std::min(std::max(reflect(x, extent), 0.0), last);
    return x;
  }

  double reflect(double x, int64_t extent) const {
    const double low = align_corners_ ? 0 : -0.5;
    const double span = static_cast<double>(extent) - (align_corners_ ? 1 : 0);
    if (span == 0 || !std::isfinite(x)) return 0;
    const double distance = std::abs(x - low);
    const double flips = std::floor(distance / span), rest = distance - flips * span;
    return std::fmod(flips, 2) == 0 ? low + rest : low + span - rest;
  }

  static int64_t inside(double x, int64_t extent) {
    return x >= 0 && x < static_cast<double>(extent) ? static_cast<int64_t>(x) : -1;
  }

  GridTaps cubic_taps(double x, int64_t extent) const {
    constexpr double a = -0.75;
    const double floor = std::floor(x), s = x - floor, r = 1 - s;
    const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
    const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
    const std::array<double, 4> weights = {far(s + 1), near(s), near(r), far(r + 1)};
    GridTaps out;
    for (int i = 0; i < 4; ++i)
      out.add(inside(place(floor - 1 + i, extent), extent), weights[static_cast<size_t>(i)]);
    return out;
  }

  InterpolationMode interpolation_;
  SampleMode mode_;
  bool align_corners_;
};

}  // namespace trtlike::ops
