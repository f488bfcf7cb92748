// GridSample: a tensor sampled at the positions that a grid names, in coordinates from -1 to 1.
#include <array>
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/indexing.h"
#include "ops/shapes/resize_shape.h"
#include "ops/shapes/slice_shape.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType &input = args.inputs[0], &grid = args.inputs[1];
  const int rank = input.dims.rank();
  TRTLIKE_CHECK(core::is_floating_point(input.dtype) && core::is_floating_point(grid.dtype),
                "[ops] inputs: expected floating-point numbers, got ",
                core::dtype_name(input.dtype), " and ", core::dtype_name(grid.dtype), ".");
  TRTLIKE_CHECK(rank >= 3 && grid.dims.rank() == rank &&
                    (grid.dims[rank - 1] == rank - 2 || grid.dims[rank - 1] < 0) &&
                    (grid.dims[0] == input.dims[0] || grid.dims[0] < 0 || input.dims[0] < 0),
                "[ops] input 1 'grid': expected for an input of shape ", input.dims,
                " the same rank, batch and a last extent of ", rank - 2, ", got ", grid.dims, ".");
  const int64_t interpolation = args.attributes.get_int("interpolation_mode");
  TRTLIKE_CHECK(interpolation >= 0 && interpolation <= 2,
                "[ops] attribute 'interpolation_mode': expected NEAREST (0), LINEAR (1) or CUBIC "
                "(2), got ",
                interpolation, ".");
  const SampleMode mode = sample_mode(args.attributes, "sample_mode");
  TRTLIKE_CHECK(
      mode == SampleMode::Clamp || mode == SampleMode::Fill || mode == SampleMode::Reflect,
      "[ops] attribute 'sample_mode': expected CLAMP (2), FILL (3) or REFLECT (4), got ",
      static_cast<int64_t>(mode), ".");
  Dims out{input.dims[0], input.dims[1]};
  if (out[0] < 0) out[0] = grid.dims[0];
  for (int d = 1; d + 1 < rank; ++d) out.push_back(grid.dims[d]);
  args.outputs[0] = {input.dtype, out};
}

struct Tap {
  int64_t index;  ///< below zero: outside
  double weight;
};

class Sampler {
 public:
  explicit Sampler(const Attributes& attributes)
      : interpolation_(attributes.get_enum<InterpolationMode>("interpolation_mode")),
        mode_(sample_mode(attributes, "sample_mode")),
        align_corners_(attributes.get_bool("align_corners")) {}

  /// The elements of an axis that a grid coordinate weighs. T is float for all grids but DOUBLE
  /// ones, as in ONNX Runtime: the choice between two equally near elements depends on it.
  template <typename T>
  std::vector<Tap> taps(T grid, int64_t extent) const {
    const T n = static_cast<T>(extent);
    double x = align_corners_ ? (grid + 1) / 2 * (n - 1) : ((grid + 1) * n - 1) / 2;
    if (interpolation_ == InterpolationMode::Cubic) return cubic_taps(x, extent);
    x = place(x, extent);
    if (interpolation_ == InterpolationMode::Nearest)
      return {{inside(std::nearbyint(x), extent), 1.0}};
    const double low = std::floor(x);
    return {{inside(low, extent), 1 - (x - low)}, {inside(low + 1, extent), x - low}};
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

  std::vector<Tap> cubic_taps(double x, int64_t extent) const {
    constexpr double a = -0.75;
    const double floor = std::floor(x), s = x - floor, r = 1 - s;
    const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
    const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
    const std::array<double, 4> weights = {far(s + 1), near(s), near(r), far(r + 1)};
    std::vector<Tap> out;
    for (int i = 0; i < 4; ++i)
      out.push_back(
          {inside(place(floor - 1 + i, extent), extent), weights[static_cast<size_t>(i)]});
    return out;
  }

  InterpolationMode interpolation_;
  SampleMode mode_;
  bool align_corners_;
};

double weigh(const core::TensorView& input, const Dims& strides,
             const std::vector<std::vector<Tap>>& taps, size_t axis, int64_t offset) {
  if (axis == taps.size()) return input.at(offset);
  double sum = 0;
  for (const Tap& tap : taps[axis])
    if (tap.index >= 0 && tap.weight != 0)
      sum += tap.weight * weigh(input, strides, taps, axis + 1,
                                offset + tap.index * strides[static_cast<int>(axis) + 2]);
  return sum;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &grid = args.inputs[1], &out = args.outputs[0];
  const Sampler sampler(args.attributes);
  const Dims strides = core::dense_strides(input.dims),
             grid_strides = core::dense_strides(grid.dims);
  const int axes = input.dims.rank() - 2;
  for_each_index(out.dims, [&](const Dims& index, int64_t n) {
    int64_t position = index[0] * grid_strides[0];
    for (int d = 0; d < axes; ++d) position += index[d + 2] * grid_strides[d + 1];
    std::vector<std::vector<Tap>> taps;
    for (int d = 0; d < axes; ++d) {
      const double at = grid.at(position + axes - 1 - d);
      taps.push_back(grid.dtype == DataType::Double
                         ? sampler.taps(at, input.dims[d + 2])
                         : sampler.taps(static_cast<float>(at), input.dims[d + 2]));
    }
    out.set(n, weigh(input, strides, taps, 0, index[0] * strides[0] + index[1] * strides[1]));
  });
}

}  // namespace

const OpDefinition& grid_sample_op() {
  static const OpDefinition op{
      .name = "GridSample",
      .meaning = "a tensor sampled at the positions that a grid names",
      .layer_type = LayerType::GridSample,
      .attributes = {{"interpolation_mode", int64_t{1}},
                     {"align_corners", false},
                     {"sample_mode", int64_t{3}}},
      .inputs = {{.name = "input"}, {.name = "grid"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
