// Convolution: each output is the sum over a window of the input times a filter, plus a bias.
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/convolution_shape.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const ConvolutionShape shape =
      convolution_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  check_bias(args, 2, shape.output_channels);
  args.outputs[0] = {args.inputs[0].dtype, output_dims(shape, args.inputs[0].dims.rank())};
}

void reference(const ReferenceArgs& args) {
  const ConvolutionShape shape =
      convolution_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  write_elements(convolve(shape, args), args.outputs[0]);
}

}  // namespace

const OpDefinition& convolution_op() {
  static const OpDefinition op{
      .name = "Convolution",
      .meaning = "sums over windows of the input times filters, in one to three spatial axes",
      .layer_type = LayerType::Convolution,
      .attributes = convolution_attributes(),
      .inputs = {{"input"},
                 {.name = "kernel", .weights = true},
                 {.name = "bias", .optional = true, .weights = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_convolution,
      .rounding = kDiminished,
      .is_spatial = true,
  };
  return op;
}

}  // namespace trtlike::ops
