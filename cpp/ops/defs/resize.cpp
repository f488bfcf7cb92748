// Resize: nearest, linear and cubic interpolation on any axes.
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/host_values.h"
#include "ops/indexing.h"
#include "ops/shapes/resize_shape.h"

namespace trtlike::ops {
namespace {

using Mode = InterpolationMode;

Mode interpolation(const Attributes& attributes) {
  return attributes.get_enum<Mode>("resize_mode");
}

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  const HostValue shape = ints_argument(args, 1, "shape");
  TRTLIKE_CHECK(core::is_number(input.dtype), "[ops] input 0: expected numbers, got ",
                core::dtype_name(input.dtype), ".");
  if (input.dtype == DataType::Double && interpolation(args.attributes) != Mode::Nearest)
    throw UnsupportedError(
        "[ops] input 0: expected a type whose elements are weighed in single precision (or "
        "resize_mode NEAREST), got DOUBLE. Cast it to FLOAT.");
  const TensorType scales = args.has_input(2) ? args.inputs[2] : TensorType{};
  TRTLIKE_CHECK(
      scales.is_absent() || (scales.dtype == DataType::Double && scales.dims.rank() == 1 &&
                             (scales.dims[0] < 0 || scales.dims[0] == input.dims.rank())),
      "[ops] input 2 'scales': expected DOUBLE with shape [", input.dims.rank(), "], got ",
      core::dtype_name(scales.dtype), " with shape ", scales.dims, ".");
  args.outputs[0] = {
      input.dtype,
      resize_output(
          args.attributes, input.dims,
          shape ? *shape
                : std::vector<int64_t>(static_cast<size_t>(input.dims.rank()), kUnknownElement))};
}

/// The weighted sum at one element of the output.
double interpolate(const std::vector<ResizeAxis>& axes, const core::TensorView& input,
                   const Dims& strides, const Dims& index, int axis, int64_t offset) {
  if (axis == index.rank()) return input.at(offset);
  const ResizeAxis& table = axes[static_cast<size_t>(axis)];
  double sum = 0;
  for (int tap = 0; tap < table.taps; ++tap) {
    const auto at = static_cast<size_t>(index[axis] * table.taps + tap);
    if (table.weights[at] == 0) continue;
    sum += static_cast<double>(table.weights[at]) *
           interpolate(axes, input, strides, index, axis + 1,
                       offset + table.indices[at] * strides[axis]);
  }
  return sum;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &out = args.outputs[0];
  const bool by_shape = args.has_input(1) || !args.attributes.get_ints("shape").empty();
  const std::vector<double> scales =
      args.has_input(2) ? read_elements(args.inputs[2]) : std::vector<double>{};
  const std::vector<ResizeAxis> axes =
      resize_axes(args.attributes, input.dims, out.dims, by_shape, scales);
  const Dims strides = core::dense_strides(input.dims);
  const bool nearest = interpolation(args.attributes) == Mode::Nearest;
  const auto is_outside = [&](const Dims& index) {
    for (int d = 0; d < index.rank(); ++d) {
      const std::vector<bool>& outside = axes[static_cast<size_t>(d)].outside;
      if (!outside.empty() && outside[static_cast<size_t>(index[d])]) return true;
    }
    return false;
  };
  const ElementMover mover(input, out, "Resize");
  for_each_index(out.dims, [&](const Dims& index, int64_t n) {
    if (is_outside(index)) {
      out.set(n, args.attributes.get_float("extrapolation_value"));
      return;
    }
    if (!nearest) {
      out.set(n, interpolate(axes, input, strides, index, 0, 0));
      return;
    }
    int64_t from = 0;
    for (int d = 0; d < index.rank(); ++d)
      from += axes[static_cast<size_t>(d)].indices[static_cast<size_t>(index[d])] * strides[d];
    mover.copy(from, n);
  });
}

bool is_nearest(const InferArgs& args) { return interpolation(args.attributes) == Mode::Nearest; }

}  // namespace

const OpDefinition& resize_op() {
  static const OpDefinition op{
      .name = "Resize",
      .meaning = "a tensor interpolated to other extents",
      .layer_type = LayerType::Resize,
      .attributes = {{"shape", std::vector<int64_t>{}},
                     {"scales", std::vector<double>{}},
                     {"resize_mode", int64_t{0}},
                     {"coordinate_transformation", int64_t{1}},
                     {"selector_for_single_pixel", int64_t{0}},
                     {"nearest_rounding", int64_t{2}},
                     {"exclude_outside", false},
                     {"cubic_coeff", -0.75},
                     {"antialias", false},
                     {"keeps_scales", false},
                     {"region", std::vector<double>{}},
                     {"extrapolation_value", 0.0}},
      .inputs = {{.name = "input"},
                 {.name = "shape", .optional = true},
                 {.name = "scales", .optional = true}},
      .host_inputs = {1},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = {0, never, never, is_nearest},
  };
  return op;
}

}  // namespace trtlike::ops
