// DFT: discrete Fourier transforms along an axis. The last axis is a number's real part alone, or
// its real and imaginary part.
#include <algorithm>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/host_values.h"
#include "ops/shapes/fourier.h"

namespace trtlike::ops {
namespace {

/// The transform with half a spectrum on one side: of, or to, real numbers.
bool gives_real(const Attributes& attributes) {
  return attributes.get_bool("inverse") && attributes.get_bool("onesided");
}

int axis_of(const Attributes& attributes, const Dims& dims) {
  const int axis =
      core::normalize_axis(attributes.get_int("axis"), dims.rank(), "attribute 'axis'");
  TRTLIKE_CHECK(
      axis != dims.rank() - 1,
      "[ops] attribute 'axis': expected another axis than the last, which holds the parts "
      "of complex numbers, got ",
      axis, " for shape ", dims, ".");
  return axis;
}

int64_t length_of(const InferArgs& args, int64_t extent) {
  if (!args.has_input(1)) {
    if (extent < 0) return core::kUnknownDim;
    return gives_real(args.attributes) ? std::max<int64_t>(0, 2 * (extent - 1)) : extent;
  }
  const TensorType& type = args.inputs[1];
  TRTLIKE_CHECK(
      core::is_integer(type.dtype) && core::is_static(type.dims) && core::elems(type.dims) == 1,
      "[ops] input 1 'dft_length': expected one integer, got ", core::dtype_name(type.dtype),
      " with shape ", type.dims, ".");
  if (!is_known(args.host_value(1))) return core::kUnknownDim;
  const int64_t length = args.host_value(1)->front();
  TRTLIKE_CHECK(length >= 1, "[ops] input 1 'dft_length': expected at least 1, got ", length, ".");
  return length;
}

void infer(const InferArgs& args) {
  check_float(args, 0, "input");
  const Dims& dims = args.inputs[0].dims;
  const int64_t parts = dims.rank() > 1 ? dims[dims.rank() - 1] : 0;
  TRTLIKE_CHECK(parts == 1 || parts == 2 || parts < 0,
                "[ops] input 0 'input': expected a last extent of 1 (real) or 2 (complex), got "
                "shape ",
                dims, ".");
  const int axis = axis_of(args.attributes, dims);
  const int64_t length = length_of(args, dims[axis]);
  const bool is_half = args.attributes.get_bool("onesided") && !args.attributes.get_bool("inverse");
  args.outputs[0] = args.inputs[0];
  args.outputs[0].dims[axis] = is_half && length >= 0 ? length / 2 + 1 : length;
  args.outputs[0].dims[dims.rank() - 1] = gives_real(args.attributes) ? 1 : 2;
}

/// The lines along an axis of a tensor whose last extent is the number of parts.
struct Lines {
  explicit Lines(const Dims& dims, int axis)
      : extent(dims[axis]),
        inner(core::elems_between(dims, axis + 1, dims.rank() - 1)),
        parts(dims[dims.rank() - 1]) {}

  /// Where element `i` of a line begins.
  size_t at(int64_t line, int64_t i) const {
    return static_cast<size_t>(((line / inner * extent + i) * inner + line % inner) * parts);
  }

  int64_t extent;
  int64_t inner;
  int64_t parts;
};

/// The elements behind the line are 0; those of the other half of a spectrum of real numbers are
/// conjugates.
void load(const std::vector<double>& from, const Lines& lines, int64_t line, bool is_half,
          std::vector<Complex>& to) {
  const auto length = static_cast<int64_t>(to.size());
  std::fill(to.begin(), to.end(), Complex{});
  const int64_t count = std::min(lines.extent, is_half ? length / 2 + 1 : length);
  for (int64_t i = 0; i < count; ++i) {
    const double* parts = from.data() + lines.at(line, i);
    const Complex element{parts[0], lines.parts == 2 ? parts[1] : 0};
    to[static_cast<size_t>(i)] = element;
    if (!is_half) continue;
    const int64_t mirrored = (length - i) % length;
    if (mirrored == i)
      to[static_cast<size_t>(i)].imaginary = 0;
    else
      to[static_cast<size_t>(mirrored)] = {element.real, -element.imaginary};
  }
}

void reference(const ReferenceArgs& args) {
  const Dims &dims = args.inputs[0].dims, &out_dims = args.outputs[0].dims;
  if (core::elems(out_dims) == 0) return;
  const int axis = axis_of(args.attributes, dims);
  const Lines in(dims, axis), out(out_dims, axis);
  const bool inverse = args.attributes.get_bool("inverse"), is_real = gives_real(args.attributes);
  int64_t length =
      is_real || inverse || !args.attributes.get_bool("onesided") ? out.extent : dims[axis];
  if (args.has_input(1)) length = int_elements(args.inputs[1]).front();
  length = std::max<int64_t>(1, length);
  const FourierTransform transform(static_cast<size_t>(length));
  const std::vector<double> from = read_elements(args.inputs[0]);
  std::vector<double> to(static_cast<size_t>(core::elems(out_dims)));
  std::vector<Complex> buffer(static_cast<size_t>(length));
  const int64_t count = core::elems_between(out_dims, 0, axis) * out.inner;
  for (int64_t line = 0; line < count; ++line) {
    load(from, in, line, is_real, buffer);
    if (inverse)
      transform.run_inverse(buffer);
    else
      transform.run(buffer);
    for (int64_t i = 0; i < out.extent; ++i) {
      double* parts = to.data() + out.at(line, i);
      parts[0] = buffer[static_cast<size_t>(i)].real;
      if (out.parts == 2) parts[1] = buffer[static_cast<size_t>(i)].imaginary;
    }
  }
  write_elements(to, args.outputs[0]);
}

/// About 5 n log2(n) for each line.
int64_t count_operations(const InferArgs& args) {
  int64_t steps = 1;
  for (int64_t n = args.inputs[0].dims[axis_of(args.attributes, args.inputs[0].dims)]; n > 1;
       n /= 2)
    ++steps;
  return 5 * count_outputs(args) * steps;
}

}  // namespace

const OpDefinition& dft_op() {
  static const OpDefinition op{
      .name = "DFT",
      .meaning =
          "discrete Fourier transforms along an axis, of as many elements as dft_length "
          "says; onesided: of real numbers, and the first half of the spectrum",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"axis", int64_t{-2}}, {"inverse", false}, {"onesided", false}},
      .inputs = {{.name = "input"}, {.name = "dft_length", .optional = true}},
      .host_inputs = {1},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
  };
  return op;
}

}  // namespace trtlike::ops
