// Deconvolution: the transpose of a convolution; each input element adds a scaled filter to a
// window of the output.
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/convolution_shape.h"

namespace trtlike::ops {

const OpDefinition& deconvolution_op();

namespace {

void infer(const InferArgs& args) {
  const ConvolutionShape shape =
      deconvolution_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  check_bias(args, 2, shape.output_channels);
  args.outputs[0] = {args.inputs[0].dtype, output_dims(shape, args.inputs[0].dims.rank())};
}

/// Adds one input element times its filter to the outputs that its window covers.
void scatter(const ConvolutionShape& s, double x, const double* filter, int64_t d, int64_t h,
             int64_t v, double* out) {
  for (int64_t i = 0; i < s.kernel[0]; ++i)
    for (int64_t j = 0; j < s.kernel[1]; ++j)
      for (int64_t l = 0; l < s.kernel[2]; ++l, ++filter) {
        const int64_t z = d * s.stride[0] + i * s.dilation[0] - s.padding[0];
        const int64_t y = h * s.stride[1] + j * s.dilation[1] - s.padding[1];
        const int64_t u = v * s.stride[2] + l * s.dilation[2] - s.padding[2];
        if (z < 0 || z >= s.output[0] || y < 0 || y >= s.output[1] || u < 0 || u >= s.output[2])
          continue;
        out[(z * s.output[1] + y) * s.output[2] + u] += x * *filter;
      }
}

void reference(const ReferenceArgs& args) {
  const ConvolutionShape s =
      deconvolution_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  const std::vector<double> x = read_elements(args.inputs[0]), w = read_elements(args.inputs[1]);
  const std::vector<double> bias =
      args.has_input(2) ? read_elements(args.inputs[2]) : std::vector<double>();
  const int64_t group_inputs = s.input_channels / s.groups;
  const int64_t group_outputs = s.output_channels / s.groups;
  const int64_t window = s.kernel[0] * s.kernel[1] * s.kernel[2];
  const int64_t plane = s.output[0] * s.output[1] * s.output[2];
  std::vector<double> out(static_cast<size_t>(plane));
  int64_t at = 0;
  for (int64_t n = 0; n < s.batch; ++n)
    for (int64_t k = 0; k < s.output_channels; ++k) {
      out.assign(out.size(), bias.empty() ? 0.0 : bias[static_cast<size_t>(k)]);
      const int64_t first = k / group_outputs * group_inputs;
      for (int64_t c = first; c < first + group_inputs; ++c) {
        const double* filter = w.data() + (c * group_outputs + k % group_outputs) * window;
        const double* xs =
            x.data() + (n * s.input_channels + c) * s.input[0] * s.input[1] * s.input[2];
        for (int64_t d = 0; d < s.input[0]; ++d)
          for (int64_t h = 0; h < s.input[1]; ++h)
            for (int64_t v = 0; v < s.input[2]; ++v) scatter(s, *xs++, filter, d, h, v, out.data());
      }
      for (const double value : out) args.outputs[0].set(at++, value);
    }
}

std::vector<AttributeSpec> attributes() {
  std::vector<AttributeSpec> specs = convolution_attributes();
  specs.push_back({"output_padding", std::vector<int64_t>()});
  return specs;
}

int64_t count_operations(const InferArgs& args) {
  const ConvolutionShape s =
      deconvolution_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  return 2 * count_inputs(args) * (s.output_channels / s.groups) * volume(s.kernel);
}

}  // namespace

bool is_deconvolution(const OpDefinition& op) { return &op == &deconvolution_op(); }

const OpDefinition& deconvolution_op() {
  static const OpDefinition op{
      .name = "Deconvolution",
      .meaning = "the transpose of a convolution: inputs scatter scaled filters into the output",
      .layer_type = LayerType::Deconvolution,
      .attributes = attributes(),
      .inputs = {{"input"},
                 {.name = "kernel", .weights = true},
                 {.name = "bias", .optional = true, .weights = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
      .is_spatial = true,
  };
  return op;
}

}  // namespace trtlike::ops
