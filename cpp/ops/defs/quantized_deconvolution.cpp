// QuantizedDeconvolution: a deconvolution of integers that stand for real numbers, and the
// pointwise program that fusion has put behind it.
#include "ops/arithmetic.h"
#include "ops/shapes/convolution_shape.h"
#include "ops/shapes/quantized_product.h"

namespace trtlike::ops {

const OpDefinition& deconvolution_op();

namespace {

void infer(const InferArgs& args) {
  const ConvolutionShape shape =
      deconvolution_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  const Dims out = output_dims(shape, args.inputs[0].dims.rank());
  args.outputs[0] = {check_quantized(args, shape.output_channels, out), out};
}

void reference(const ReferenceArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  const ConvolutionShape shape = deconvolution_shape(args.attributes, dims, args.inputs[1].dims);
  std::vector<float> input = centred_input(args);
  std::vector<double> sums(static_cast<size_t>(args.outputs[0].elems()));
  const core::TensorView operands[] = {{input.data(), DataType::Float, dims}, args.inputs[1]};
  const core::TensorView result[] = {{sums.data(), DataType::Double, args.outputs[0].dims}};
  deconvolution_op().reference({args.self, args.attributes, operands, result});
  store_quantized(args, sums, shape.output_channels,
                  shape.output[0] * shape.output[1] * shape.output[2]);
}

std::vector<AttributeSpec> attributes() {
  std::vector<AttributeSpec> specs = convolution_attributes();
  specs.push_back({"output_padding", std::vector<int64_t>()});
  for (AttributeSpec& spec : quantized_attributes()) specs.push_back(std::move(spec));
  return specs;
}

int64_t count_operations(const InferArgs& args) {
  return deconvolution_op().count_operations(args) + count_program(args);
}

}  // namespace

const OpDefinition& quantized_deconvolution_op() {
  static const OpDefinition op{
      .name = "QuantizedDeconvolution",
      .meaning = "a deconvolution of quantized tensors followed by a pointwise program",
      .layer_type = kInternalLayer,
      .attributes = attributes(),
      .inputs = quantized_inputs(),
      .variadic = true,
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = {kFirstQuantizedOperand, never, never},
      .is_spatial = true,
  };
  return op;
}

}  // namespace trtlike::ops
