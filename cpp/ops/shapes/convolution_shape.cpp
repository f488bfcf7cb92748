// Attribute checks, output extents and the specification of convolution.
#include "ops/shapes/convolution_shape.h"

#include <algorithm>

#include "core/check.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

void check_ranks(const Dims& input, const Dims& kernel) {
  TRTLIKE_CHECK(input.rank() >= 3 && input.rank() <= 2 + kWindowAxes,
                "[ops] input 0 'input': expected rank 3, 4 or 5, got rank ", input.rank(),
                " with shape ", input, ".");
  TRTLIKE_CHECK(kernel.rank() == input.rank(), "[ops] input 1 'kernel': expected rank ",
                input.rank(), ", got rank ", kernel.rank(), " with shape ", kernel, ".");
  TRTLIKE_CHECK(core::is_static(kernel) && std::all_of(kernel.begin(), kernel.end(),
                                                       [](int64_t extent) { return extent > 0; }),
                "[ops] input 1 'kernel': expected known extents of at least 1, got ", kernel, ".");
}

/// What convolution and deconvolution read alike: extents, groups, kernel, stride, dilation.
ConvolutionShape read_common(const Attributes& attributes, const Dims& input, const Dims& kernel) {
  check_ranks(input, kernel);
  ConvolutionShape shape;
  const int spatial = input.rank() - 2;
  shape.batch = input[0];
  shape.input_channels = input[1];
  shape.groups = attributes.get_int("num_groups");
  TRTLIKE_CHECK(shape.groups >= 1 && shape.groups <= kernel[0],
                "[ops] attribute 'num_groups': expected 1 to ", kernel[0], " for kernel ", kernel,
                ", got ", shape.groups, ".");
  for (int i = 0; i < spatial; ++i) {
    const auto axis = static_cast<size_t>(kWindowAxes - spatial + i);
    shape.input[axis] = input[2 + i];
    shape.kernel[axis] = kernel[2 + i];
  }
  const std::vector<int64_t>& size = attributes.get_ints("kernel_size");
  TRTLIKE_CHECK(
      size.empty() || std::equal(size.begin(), size.end(), kernel.begin() + 2, kernel.end()),
      "[ops] attribute 'kernel_size': expected the extents of input 1 'kernel' with ", "shape ",
      kernel, ", got [", core::join(size), "].");
  return shape;
}

void check_channels(const Attributes& attributes, const ConvolutionShape& shape,
                    int64_t kernel_inputs, const Dims& kernel) {
  const int64_t maps = attributes.get_int("num_output_maps");
  TRTLIKE_CHECK(maps == 0 || maps == shape.output_channels,
                "[ops] attribute 'num_output_maps': expected ", shape.output_channels,
                " as in input 1 'kernel' with shape ", kernel, ", got ", maps, ".");
  TRTLIKE_CHECK(!core::is_known(shape.input_channels) || shape.input_channels == kernel_inputs,
                "[ops] input 0 'input': expected ", kernel_inputs, " channels for kernel ", kernel,
                " and ", shape.groups, " groups, got ", shape.input_channels, ".");
  TRTLIKE_CHECK(shape.output_channels % shape.groups == 0 && kernel_inputs % shape.groups == 0,
                "[ops] attribute 'num_groups': expected a divisor of the channels of kernel ",
                kernel, ", got ", shape.groups, ".");
}

}  // namespace

std::vector<AttributeSpec> convolution_attributes() {
  const std::vector<int64_t> none;
  return {{"num_output_maps", int64_t{0}}, {"kernel_size", none},       {"stride", none},
          {"pre_padding", none},           {"post_padding", none},      {"dilation", none},
          {"num_groups", int64_t{1}},      {"padding_mode", int64_t{0}}};
}

ConvolutionShape convolution_shape(const Attributes& attributes, const Dims& input,
                                   const Dims& kernel) {
  ConvolutionShape shape = read_common(attributes, input, kernel);
  shape.output_channels = kernel[0];
  check_channels(attributes, shape, kernel[1] * shape.groups, kernel);
  const Window window = resolve_window(attributes, std::span(input.begin() + 2, input.end()),
                                       std::span(kernel.begin() + 2, kernel.end()));
  shape.output = window.output;
  shape.stride = window.stride;
  shape.dilation = window.dilation;
  shape.padding = window.pre;
  return shape;
}

ConvolutionShape deconvolution_shape(const Attributes& attributes, const Dims& input,
                                     const Dims& kernel) {
  ConvolutionShape shape = read_common(attributes, input, kernel);
  shape.output_channels = kernel[1] * shape.groups;
  check_channels(attributes, shape, kernel[0], kernel);
  const int spatial = input.rank() - 2;
  shape.stride = read_window_axes(attributes, "stride", spatial, 1, 1);
  shape.dilation = read_window_axes(attributes, "dilation", spatial, 1, 1);
  shape.padding = read_window_axes(attributes, "pre_padding", spatial, 0, 0);
  const WindowAxes post = read_window_axes(attributes, "post_padding", spatial, 0, 0);
  const WindowAxes extra = read_window_axes(attributes, "output_padding", spatial, 0, 0);
  const PaddingMode mode = get_padding_mode(attributes);
  const bool same = mode == PaddingMode::SameUpper || mode == PaddingMode::SameLower;
  for (size_t i = 0; i < kWindowAxes; ++i) {
    const int64_t window = (shape.kernel[i] - 1) * shape.dilation[i] + 1;
    if (same) {
      const int64_t total = std::max<int64_t>(0, window + extra[i] - shape.stride[i]);
      shape.padding[i] = mode == PaddingMode::SameUpper ? total / 2 : total - total / 2;
    }
    if (!core::is_known(shape.input[i])) {
      shape.output[i] = core::kUnknownDim;
      continue;
    }
    const auto reach = [&](int64_t steps) {
      return core::checked_product(steps, shape.stride[i], "extent of a deconvolution");
    };
    shape.output[i] =
        same ? reach(shape.input[i])
             : reach(shape.input[i] - 1) + window - shape.padding[i] - post[i] + extra[i];
    TRTLIKE_CHECK(shape.output[i] >= 0, "[ops] attribute 'pre_padding': expected less padding than",
                  " the output's extent, got an output extent of ", shape.output[i],
                  " for input shape ", input, ".");
  }
  return shape;
}

Dims output_dims(const ConvolutionShape& shape, int rank) {
  Dims dims{shape.batch, shape.output_channels};
  for (int i = 2; i < rank; ++i)
    dims.push_back(shape.output[static_cast<size_t>(kWindowAxes - rank + i)]);
  return dims;
}

void check_bias(const InferArgs& args, size_t bias, int64_t output_channels) {
  if (!args.has_input(bias)) return;
  const Dims& dims = args.inputs[bias].dims;
  TRTLIKE_CHECK(core::is_static(dims) && core::elems(dims) == output_channels, "[ops] input ", bias,
                " 'bias': expected ", output_channels, " elements, got shape ", dims, ".");
}

namespace {

/// The sum of one output element; `x` and `w` start at the first channel of its group and filter.
double window_sum(const ConvolutionShape& s, const double* x, const double* w,
                  const WindowAxes& at) {
  const auto [in_d, in_h, in_w] = s.input;
  const auto [k_d, k_h, k_w] = s.kernel;
  double sum = 0;
  for (int64_t c = 0; c < s.input_channels / s.groups; ++c)
    for (int64_t d = 0; d < k_d; ++d)
      for (int64_t h = 0; h < k_h; ++h)
        for (int64_t v = 0; v < k_w; ++v) {
          const int64_t z = at[0] * s.stride[0] - s.padding[0] + d * s.dilation[0];
          const int64_t y = at[1] * s.stride[1] - s.padding[1] + h * s.dilation[1];
          const int64_t u = at[2] * s.stride[2] - s.padding[2] + v * s.dilation[2];
          if (z < 0 || z >= in_d || y < 0 || y >= in_h || u < 0 || u >= in_w) continue;
          sum += x[((c * in_d + z) * in_h + y) * in_w + u] * w[((c * k_d + d) * k_h + h) * k_w + v];
        }
  return sum;
}

}  // namespace

std::vector<double> convolve(const ConvolutionShape& s, const ReferenceArgs& args) {
  const std::vector<double> x = read_elements(args.inputs[0]), w = read_elements(args.inputs[1]);
  const std::vector<double> bias =
      args.has_input(2) ? read_elements(args.inputs[2]) : std::vector<double>();
  const int64_t group_inputs = s.input_channels / s.groups;
  const int64_t group_outputs = s.output_channels / s.groups;
  const int64_t plane = s.input[0] * s.input[1] * s.input[2];
  const int64_t filter = group_inputs * s.kernel[0] * s.kernel[1] * s.kernel[2];
  std::vector<double> out;
  out.reserve(
      static_cast<size_t>(s.batch * s.output_channels * s.output[0] * s.output[1] * s.output[2]));
  for (int64_t n = 0; n < s.batch; ++n)
    for (int64_t k = 0; k < s.output_channels; ++k) {
      const double* xs =
          x.data() + (n * s.input_channels + k / group_outputs * group_inputs) * plane;
      const double offset = bias.empty() ? 0 : bias[static_cast<size_t>(k)];
      for (int64_t d = 0; d < s.output[0]; ++d)
        for (int64_t h = 0; h < s.output[1]; ++h)
          for (int64_t v = 0; v < s.output[2]; ++v)
            out.push_back(offset + window_sum(s, xs, w.data() + k * filter, {d, h, v}));
    }
  return out;
}

}  // namespace trtlike::ops
