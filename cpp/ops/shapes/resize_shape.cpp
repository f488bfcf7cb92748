// Coordinates, rounding and interpolation weights of Resize, in the single-precision arithmetic of
// ONNX Runtime, on which the choice between two equally near elements depends.
#include "ops/shapes/resize_shape.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

float coordinate(ResizeCoordinateTransformation mode, float x, float scale, float in, float out) {
  switch (mode) {
    case ResizeCoordinateTransformation::AlignCorners:
      return out == 1 ? 0.0f : x * (in - 1) / (out - 1);
    case ResizeCoordinateTransformation::Asymmetric:
      return x / scale;
    case ResizeCoordinateTransformation::HalfPixel:
      return (x + 0.5f) / scale - 0.5f;
    case ResizeCoordinateTransformation::PytorchHalfPixel:
      return out > 1 ? (x + 0.5f) / scale - 0.5f : 0.0f;
    case ResizeCoordinateTransformation::TfHalfPixelForNn:
      return (x + 0.5f) / scale;
    case ResizeCoordinateTransformation::HalfPixelSymmetric:
      break;
  }
  const float adjustment = out / (scale * in);
  return in / 2 * (1 - adjustment) + (x + 0.5f) / scale - 0.5f;
}

int64_t round_coordinate(ResizeRoundMode mode, float x) {
  switch (mode) {
    case ResizeRoundMode::HalfUp:
      return static_cast<int64_t>(std::round(x));
    case ResizeRoundMode::HalfDown:
      return static_cast<int64_t>(x == std::floor(x) + 0.5f ? std::floor(x) : std::round(x));
    case ResizeRoundMode::Floor:
      return static_cast<int64_t>(std::floor(x));
    case ResizeRoundMode::Ceil:
      break;
  }
  return static_cast<int64_t>(std::ceil(x));
}

struct Tap {
  int64_t index;
  double weight;
};

/// The part of an axis that is resized, as shares of the way from the first element to the last.
struct Region {
  float begin = 0;
  float end = 1;
};

float coordinate(const Region& region, float x, float in, float out) {
  if (out <= 1) return 0.5f * (region.begin + region.end) * (in - 1);
  return region.begin * (in - 1) + x * (region.end - region.begin) * (in - 1) / (out - 1);
}

double linear_weight(double distance) { return std::max(0.0, 1 - std::abs(distance)); }

double cubic_weight(double a, double distance) {
  const double d = std::abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

void normalize(std::vector<Tap>& taps) {
  double sum = 0;
  for (const Tap& tap : taps) sum += tap.weight;
  for (Tap& tap : taps) tap.weight /= sum;
}

class AxisBuilder {
 public:
  explicit AxisBuilder(const Attributes& attributes)
      : interpolation_(attributes.get_enum<InterpolationMode>("resize_mode")),
        coordinates_(
            attributes.get_enum<ResizeCoordinateTransformation>("coordinate_transformation")),
        selector_(attributes.get_enum<ResizeSelector>("selector_for_single_pixel")),
        rounding_(attributes.get_enum<ResizeRoundMode>("nearest_rounding")),
        exclude_outside_(attributes.get_bool("exclude_outside")),
        antialias_(attributes.get_bool("antialias")),
        cubic_coeff_(attributes.get_float("cubic_coeff")) {}

  ResizeAxis build(int64_t in, int64_t out, float scale,
                   const std::optional<Region>& region) const {
    ResizeAxis axis;
    axis.in = in;
    axis.out = out;
    const bool is_whole = !region || (region->begin == 0 && region->end == 1);
    axis.is_identity = in == out && scale == 1.0f && is_whole;
    std::vector<std::vector<Tap>> taps;
    for (int64_t i = 0; i < out; ++i) {
      if (axis.is_identity) {
        taps.push_back({{i, 1.0}});
        continue;
      }
      const float x = coordinate_of(i, in, out, scale, region);
      const bool is_inside = !region || (x >= 0 && x <= static_cast<float>(in - 1));
      taps.push_back(taps_at(is_inside ? x : 0, in, scale));
      if (is_inside) continue;
      axis.outside.resize(static_cast<size_t>(out));
      axis.outside[static_cast<size_t>(i)] = true;
    }
    if (!taps.empty()) axis.taps = static_cast<int>(taps[0].size());
    for (const std::vector<Tap>& element : taps) {
      for (const Tap& tap : element) {
        axis.indices.push_back(
            static_cast<int32_t>(std::clamp<int64_t>(tap.index, 0, std::max<int64_t>(in - 1, 0))));
        axis.weights.push_back(static_cast<float>(tap.weight));
      }
    }
    return axis;
  }

 private:
  float coordinate_of(int64_t i, int64_t in, int64_t out, float scale,
                      const std::optional<Region>& region) const {
    const auto x = static_cast<float>(i), extent = static_cast<float>(in);
    if (region) return coordinate(*region, x, extent, static_cast<float>(out));
    if (selector_ == ResizeSelector::Upper && out == 1) return 0;
    return coordinate(coordinates_, x, scale, extent, static_cast<float>(out));
  }

  std::vector<Tap> taps_at(float x, int64_t in, float scale) const {
    if (interpolation_ == InterpolationMode::Nearest)
      return {{round_coordinate(rounding_, x), 1.0}};
    if (antialias_) return antialias_taps(x, in, scale);
    if (interpolation_ == InterpolationMode::Cubic) return cubic_taps(x, in);
    x = std::clamp(x, 0.0f, static_cast<float>(in - 1));
    const auto low = static_cast<int64_t>(x);
    const double part = x - static_cast<float>(low);
    return {{low, 1 - part}, {low + 1, part}};
  }

  std::vector<Tap> cubic_taps(float x, int64_t in) const {
    const double a = cubic_coeff_, floor = std::floor(x), s = x - floor, r = 1 - s;
    const auto weight = [&](double d) { return cubic_weight(a, d); };
    const auto first = static_cast<int64_t>(floor) - 1;
    std::vector<Tap> taps = {{first, weight(s + 1)},
                             {first + 1, weight(s)},
                             {first + 2, weight(r)},
                             {first + 3, weight(r + 1)}};
    if (exclude_outside_) exclude_outside(taps, in);
    return taps;
  }

  /// Where elements come closer together, the filter gets as much wider.
  std::vector<Tap> antialias_taps(float x, int64_t in, float scale) const {
    const bool is_cubic = interpolation_ == InterpolationMode::Cubic;
    const double narrow = std::min(1.0, static_cast<double>(scale));
    const auto reach = static_cast<int64_t>(std::ceil((is_cubic ? 2 : 1) / narrow));
    const auto left = static_cast<int64_t>(std::floor(x));
    std::vector<Tap> taps;
    for (int64_t i = left - reach + 1; i <= left + reach; ++i) {
      const double distance = narrow * (static_cast<double>(i) - static_cast<double>(x));
      taps.push_back(
          {i, is_cubic ? cubic_weight(cubic_coeff_, distance) : linear_weight(distance)});
    }
    normalize(taps);
    if (exclude_outside_) exclude_outside(taps, in);
    return taps;
  }

  static void exclude_outside(std::vector<Tap>& taps, int64_t in) {
    for (Tap& tap : taps)
      if (tap.index < 0 || tap.index >= in) tap.weight = 0;
    normalize(taps);
  }

  InterpolationMode interpolation_;
  ResizeCoordinateTransformation coordinates_;
  ResizeSelector selector_;
  ResizeRoundMode rounding_;
  bool exclude_outside_;
  bool antialias_;
  double cubic_coeff_;
};

void check_enum(const Attributes& attributes, const char* name, int64_t last) {
  const int64_t value = attributes.get_int(name);
  TRTLIKE_CHECK(value >= 0 && value <= last, "[ops] attribute '", name, "': expected 0 to ", last,
                ", got ", value, ".");
}

void check_attributes(const Attributes& attributes) {
  check_enum(attributes, "resize_mode", 2);
  check_enum(attributes, "coordinate_transformation", 5);
  check_enum(attributes, "selector_for_single_pixel", 1);
  check_enum(attributes, "nearest_rounding", 3);
}

}  // namespace

Dims resize_output(const Attributes& attributes, const Dims& input,
                   const std::vector<int64_t>& shape) {
  check_attributes(attributes);
  const std::vector<double>& scales = attributes.get_floats("scales");
  const auto rank = static_cast<size_t>(input.rank());
  TRTLIKE_CHECK(!shape.empty() || !scales.empty() || rank == 0,
                "[ops] Resize: expected a shape or scales, got neither.");
  TRTLIKE_CHECK(shape.empty() || shape.size() == rank, "[ops] shape: expected ", rank,
                " extents for the input of shape ", input, ", got ", shape.size(), ".");
  const bool needs_scales = shape.empty() || attributes.get_bool("keeps_scales");
  TRTLIKE_CHECK(!needs_scales || scales.size() == rank, "[ops] attribute 'scales': expected ", rank,
                " factors for the input of shape ", input, ", got ", scales.size(), ".");
  const std::vector<double>& region = attributes.get_floats("region");
  TRTLIKE_CHECK(region.empty() || region.size() == 2 * rank, "[ops] attribute 'region': expected ",
                2 * rank, " numbers for the input of shape ", input, ", got ", region.size(), ".");
  Dims out;
  for (size_t d = 0; d < rank; ++d) {
    const int64_t extent = input[static_cast<int>(d)];
    if (!shape.empty()) {
      TRTLIKE_CHECK(shape[d] >= 0 || shape[d] == kUnknownElement,
                    "[ops] shape: expected extents of at least 0, got [", core::join(shape), "].");
      out.push_back(std::max(shape[d], core::kUnknownDim));
    } else {
      const auto scale = static_cast<float>(scales[d]);
      TRTLIKE_CHECK(scale > 0, "[ops] attribute 'scales': expected factors above 0, got [",
                    core::join(scales), "].");
      out.push_back(extent < 0 ? extent : static_cast<int64_t>(static_cast<float>(extent) * scale));
    }
    TRTLIKE_CHECK(extent != 0 || out[static_cast<int>(d)] <= 0,
                  "[ops] input 0: expected elements to resize, got shape ", input, ".");
  }
  return out;
}

std::vector<ResizeAxis> resize_axes(const Attributes& attributes, const Dims& input,
                                    const Dims& output, bool by_shape,
                                    const std::vector<double>& computed) {
  const AxisBuilder builder(attributes);
  const std::vector<double>& scales = computed.empty() ? attributes.get_floats("scales") : computed;
  std::vector<ResizeAxis> out;
  const std::vector<double>& region = attributes.get_floats("region");
  const bool by_scales = !by_shape || !computed.empty() || attributes.get_bool("keeps_scales");
  const auto rank = static_cast<size_t>(input.rank());
  for (size_t i = 0; i < rank; ++i) {
    const int d = static_cast<int>(i);
    const float scale = by_scales ? static_cast<float>(scales[i])
                                  : static_cast<float>(output[d]) / static_cast<float>(input[d]);
    std::optional<Region> part;
    if (!region.empty())
      part = Region{static_cast<float>(region[i]), static_cast<float>(region[rank + i])};
    out.push_back(builder.build(input[d], output[d], scale, part));
  }
  return out;
}

}  // namespace trtlike::ops
