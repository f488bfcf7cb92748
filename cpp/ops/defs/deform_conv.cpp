// DeformConv: a convolution of images that reads each tap at an offset of its own, as ONNX defines
// it.
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/deform_conv_shape.h"

namespace trtlike::ops {

DeformConvShape deform_conv_shape(const Attributes& attributes, const Dims& x, const Dims& kernel) {
  TRTLIKE_CHECK(x.rank() == 4, "[ops] input 0 'input': expected rank 4, got shape ", x, ".");
  TRTLIKE_CHECK(kernel.rank() == 4 && core::is_static(kernel) && core::elems(kernel) > 0,
                "[ops] input 1 'kernel': expected rank 4 and known extents of at least 1, got ",
                kernel, ".");
  DeformConvShape s{
      resolve_window(attributes, {x.begin() + 2, x.end()}, {kernel.begin() + 2, kernel.end()}),
      x[0],
      x[1],
      kernel[0],
      attributes.get_int("num_groups"),
      attributes.get_int("offset_groups")};
  TRTLIKE_CHECK(s.groups >= 1 && s.maps % s.groups == 0 &&
                    (s.channels < 0 || s.channels == kernel[1] * s.groups),
                "[ops] attribute 'num_groups': expected groups that share channels and maps of ", x,
                " and kernel ", kernel, ", got ", s.groups, ".");
  s.channels = kernel[1] * s.groups;
  TRTLIKE_CHECK(s.offset_groups >= 1 && s.channels % s.offset_groups == 0,
                "[ops] attribute 'offset_groups': expected a divisor of ", s.channels,
                " channels, got ", s.offset_groups, ".");
  return s;
}

namespace {

enum Input : size_t { kX, kKernel, kOffset, kBias, kMask };

void infer(const InferArgs& args) {
  check_float(args, kX, "input");
  check_float(args, kKernel, "kernel");
  const DeformConvShape s =
      deform_conv_shape(args.attributes, args.inputs[kX].dims, args.inputs[kKernel].dims);
  const int64_t height = s.window.output[1], width = s.window.output[2];
  check_extents(args, kOffset, "offset", {s.batch, s.offset_groups * s.taps() * 2, height, width});
  check_extents(args, kBias, "bias", {s.maps});
  check_extents(args, kMask, "mask", {s.batch, s.offset_groups * s.taps(), height, width});
  args.outputs[0] = {args.inputs[kX].dtype, {s.batch, s.maps, height, width}};
}

/// The plane between its elements; zero outside.
double interpolate(const double* plane, int64_t height, int64_t width, double y, double x) {
  if (!(y > -1 && y < static_cast<double>(height) && x > -1 && x < static_cast<double>(width)))
    return 0;
  const double low_y = std::floor(y), low_x = std::floor(x);
  const auto row = static_cast<int64_t>(low_y), column = static_cast<int64_t>(low_x);
  const auto at = [&](int64_t i, int64_t j) {
    return i >= 0 && i < height && j >= 0 && j < width ? plane[i * width + j] : 0.0;
  };
  const double dy = y - low_y, dx = x - low_x;
  return (1 - dy) * ((1 - dx) * at(row, column) + dx * at(row, column + 1)) +
         dy * ((1 - dx) * at(row + 1, column) + dx * at(row + 1, column + 1));
}

struct Operands {
  std::vector<double> x, kernel, offset, bias, mask;
};

/// What the taps of all channels read for one output position: [channels, taps].
void gather_taps(const DeformConvShape& s, const Operands& in, int64_t image, int64_t h, int64_t v,
                 std::vector<double>& taps) {
  const Window& w = s.window;
  const int64_t plane = w.output[1] * w.output[2], at = h * w.output[2] + v, n = s.taps();
  for (int64_t c = 0; c < s.channels; ++c) {
    const int64_t group = image * s.offset_groups + c / (s.channels / s.offset_groups);
    const double* from = in.x.data() + (image * s.channels + c) * w.input[1] * w.input[2];
    for (int64_t k = 0; k < n; ++k) {
      const double* offset = in.offset.data() + (group * n + k) * 2 * plane + at;
      const int64_t row = k / w.kernel[2], column = k % w.kernel[2];
      const double y =
          static_cast<double>(h * w.stride[1] - w.pre[1] + row * w.dilation[1]) + offset[0];
      const double x =
          static_cast<double>(v * w.stride[2] - w.pre[2] + column * w.dilation[2]) + offset[plane];
      const double mask =
          in.mask.empty() ? 1 : in.mask[static_cast<size_t>((group * n + k) * plane + at)];
      taps[static_cast<size_t>(c * n + k)] = mask * interpolate(from, w.input[1], w.input[2], y, x);
    }
  }
}

void reference(const ReferenceArgs& args) {
  const DeformConvShape s =
      deform_conv_shape(args.attributes, args.inputs[kX].dims, args.inputs[kKernel].dims);
  const auto read = [&](Input i) {
    return args.has_input(i) ? read_elements(args.inputs[i]) : std::vector<double>();
  };
  const Operands in{read(kX), read(kKernel), read(kOffset), read(kBias), read(kMask)};
  const int64_t height = s.window.output[1], width = s.window.output[2];
  const int64_t summed = s.channels / s.groups * s.taps(), maps = s.maps / s.groups;
  std::vector<double> y(static_cast<size_t>(args.outputs[0].elems()));
  std::vector<double> taps(static_cast<size_t>(s.channels * s.taps()));
  for (int64_t image = 0; image < s.batch; ++image)
    for (int64_t h = 0; h < height; ++h)
      for (int64_t v = 0; v < width; ++v) {
        gather_taps(s, in, image, h, v, taps);
        for (int64_t m = 0; m < s.maps; ++m) {
          const double* kernel = in.kernel.data() + m * summed;
          const double* read_taps = taps.data() + m / maps * summed;
          double sum = in.bias.empty() ? 0 : in.bias[static_cast<size_t>(m)];
          for (int64_t k = 0; k < summed; ++k) sum += kernel[k] * read_taps[k];
          y[static_cast<size_t>(((image * s.maps + m) * height + h) * width + v)] = sum;
        }
      }
  write_elements(y, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) {
  const Dims& kernel = args.inputs[kKernel].dims;
  return 2 * count_outputs(args) * core::elems_between(kernel, 1, 4);
}

}  // namespace

const OpDefinition& deform_conv_op() {
  static const std::vector<int64_t> kNone;
  static const OpDefinition op{
      .name = "DeformConv",
      .meaning = "a convolution that reads each tap at an offset of its own",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"stride", kNone},
                     {"pre_padding", kNone},
                     {"post_padding", kNone},
                     {"dilation", kNone},
                     {"padding_mode", int64_t{0}},
                     {"num_groups", int64_t{1}},
                     {"offset_groups", int64_t{1}}},
      .inputs = {{.name = "input"},
                 {.name = "kernel", .weights = true},
                 {.name = "offset"},
                 {.name = "bias", .optional = true, .weights = true},
                 {.name = "mask", .optional = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
