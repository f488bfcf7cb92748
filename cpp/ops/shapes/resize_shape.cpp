// Coordinates, rounding and interpolation weights of Resize, in the single-precision arithmetic of
// ONNX Runtime, on which the choice between two equally near elements depends.
#include "ops/shapes/resize_shape.h"

#include <algorithm>
#include <cmath>

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

class AxisBuilder {
 public:
  explicit AxisBuilder(const Attributes& attributes)
      : interpolation_(attributes.get_enum<InterpolationMode>("resize_mode")),
        coordinates_(
            attributes.get_enum<ResizeCoordinateTransformation>("coordinate_transformation")),
        selector_(attributes.get_enum<ResizeSelector>("selector_for_single_pixel")),
        rounding_(attributes.get_enum<ResizeRoundMode>("nearest_rounding")),
        exclude_outside_(attributes.get_bool("exclude_outside")),
        cubic_coeff_(attributes.get_float("cubic_coeff")) {}

  ResizeAxis build(int64_t in, int64_t out, float scale) const {
    ResizeAxis axis;
    axis.in = in;
    axis.out = out;
    axis.is_identity = in == out && scale == 1.0f;
    std::vector<std::vector<Tap>> taps;
    for (int64_t i = 0; i < out; ++i) {
      taps.push_back(axis.is_identity ? std::vector<Tap>{{i, 1.0}} : taps_at(i, in, out, scale));
      axis.taps = static_cast<int>(taps.back().size());
    }
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
  std::vector<Tap> taps_at(int64_t i, int64_t in, int64_t out, float scale) const {
    float x = coordinate(coordinates_, static_cast<float>(i), scale, static_cast<float>(in),
                         static_cast<float>(out));
    if (selector_ == ResizeSelector::Upper && out == 1) x = 0;
    if (interpolation_ == InterpolationMode::Nearest)
      return {{round_coordinate(rounding_, x), 1.0}};
    if (interpolation_ == InterpolationMode::Cubic) return cubic_taps(x, in);
    x = std::clamp(x, 0.0f, static_cast<float>(in - 1));
    const auto low = static_cast<int64_t>(x);
    const double part = x - static_cast<float>(low);
    return {{low, 1 - part}, {low + 1, part}};
  }

  std::vector<Tap> cubic_taps(float x, int64_t in) const {
    const double a = cubic_coeff_, floor = std::floor(x), s = x - floor, r = 1 - s;
    const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
    const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
    const auto first = static_cast<int64_t>(floor) - 1;
    std::vector<Tap> taps = {
        {first, far(s + 1)}, {first + 1, near(s)}, {first + 2, near(r)}, {first + 3, far(r + 1)}};
    if (!exclude_outside_) return taps;
    double sum = 0;
    for (Tap& tap : taps) {
      if (tap.index < 0 || tap.index >= in) tap.weight = 0;
      sum += tap.weight;
    }
    for (Tap& tap : taps) tap.weight /= sum;
    return taps;
  }

  InterpolationMode interpolation_;
  ResizeCoordinateTransformation coordinates_;
  ResizeSelector selector_;
  ResizeRoundMode rounding_;
  bool exclude_outside_;
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
  TRTLIKE_CHECK(!shape.empty() || scales.size() == rank, "[ops] attribute 'scales': expected ",
                rank, " factors for the input of shape ", input, ", got ", scales.size(), ".");
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
                                    const Dims& output, bool by_shape) {
  const AxisBuilder builder(attributes);
  const std::vector<double>& scales = attributes.get_floats("scales");
  std::vector<ResizeAxis> out;
  for (int d = 0; d < input.rank(); ++d) {
    const float scale = by_shape ? static_cast<float>(output[d]) / static_cast<float>(input[d])
                                 : static_cast<float>(scales[static_cast<size_t>(d)]);
    out.push_back(builder.build(input[d], output[d], scale));
  }
  return out;
}

}  // namespace trtlike::ops
