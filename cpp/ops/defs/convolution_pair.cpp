// ConvolutionPair: a convolution of single pixels, then a depthwise one of what it gives.
#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/convert.h"
#include "ops/elements.h"
#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/convolution_shape.h"

namespace trtlike::ops {
namespace {

constexpr size_t kFirstKernel = 1, kFirstBias = 2, kSecondKernel = 3, kSecondBias = 4;

Dims middle_dims(const Dims& input, const Dims& kernel) {
  Dims dims = input;
  dims[1] = kernel[0];
  return dims;
}

ConvolutionShape first_shape(const Dims& input, const Dims& kernel) {
  const Attributes plain = complete_attributes(get_op("Convolution"), {});
  const ConvolutionShape shape = convolution_shape(plain, input, kernel);
  TRTLIKE_CHECK(shape.kernel == (WindowAxes{1, 1, 1}),
                "[ops] input 1 'first_kernel': expected spatial extents of 1, got shape ", kernel,
                ".");
  return shape;
}

ConvolutionShape second_shape(const Attributes& attributes, const Dims& middle,
                              const Dims& kernel) {
  const ConvolutionShape shape = convolution_shape(attributes, middle, kernel);
  TRTLIKE_CHECK(shape.groups == shape.input_channels && shape.groups == shape.output_channels,
                "[ops] attribute 'num_groups': expected a group for each of ", middle[1],
                " channels, got ", shape.groups, ".");
  return shape;
}

/// No text is the program that changes nothing.
PointwiseProgram get_program(const Attributes& attributes, const char* name) {
  PointwiseProgram program{.num_inputs = 1};
  if (const std::string& text = attributes.get_string(name); !text.empty())
    program = PointwiseProgram::parse(text);
  TRTLIKE_CHECK(program.num_inputs == 1, "[ops] attribute '", name, "': expected 1 input, got ",
                program.num_inputs, ".");
  return program;
}

void infer(const InferArgs& args) {
  const Dims &input = args.inputs[0].dims, &kernel = args.inputs[kFirstKernel].dims;
  const ConvolutionShape first = first_shape(input, kernel);
  const ConvolutionShape second =
      second_shape(args.attributes, middle_dims(input, kernel), args.inputs[kSecondKernel].dims);
  check_bias(args, kFirstBias, first.output_channels);
  check_bias(args, kSecondBias, second.output_channels);
  get_program(args.attributes, "first_program");
  get_program(args.attributes, "program");
  args.outputs[0] = {args.inputs[0].dtype, output_dims(second, input.rank())};
}

std::vector<double> convolve_and_apply(const ConvolutionShape& shape, const ReferenceArgs& args,
                                       const char* program_name,
                                       std::span<const core::TensorView> inputs) {
  std::vector<double> values = convolve(shape, {args.self, args.attributes, inputs, args.outputs});
  const PointwiseProgram program = get_program(args.attributes, program_name);
  std::vector<double> registers(static_cast<size_t>(program.num_registers()));
  for (double& value : values) value = evaluate(program, &value, registers.data());
  return values;
}

core::TensorView input_or_absent(const ReferenceArgs& args, size_t i) {
  return args.has_input(i) ? args.inputs[i]
                           : core::TensorView{nullptr, DataType::Float, Dims::unknown_rank()};
}

void reference(const ReferenceArgs& args) {
  const Dims &input = args.inputs[0].dims, &kernel = args.inputs[kFirstKernel].dims;
  const core::TensorView first[] = {args.inputs[0], args.inputs[kFirstKernel],
                                    input_or_absent(args, kFirstBias)};
  const std::vector<double> sums =
      convolve_and_apply(first_shape(input, kernel), args, "first_program", first);
  std::vector<float> rounded(sums.begin(), sums.end());
  const core::TensorView middle{rounded.data(), DataType::Float, middle_dims(input, kernel)};
  const core::TensorView second[] = {middle, args.inputs[kSecondKernel],
                                     input_or_absent(args, kSecondBias)};
  const ConvolutionShape shape =
      second_shape(args.attributes, middle.dims, args.inputs[kSecondKernel].dims);
  write_elements(convolve_and_apply(shape, args, "program", second), args.outputs[0]);
}

std::vector<AttributeSpec> attributes() {
  std::vector<AttributeSpec> specs = convolution_attributes();
  specs.push_back({"first_program", std::string()});
  specs.push_back({"program", std::string()});
  return specs;
}

int64_t count_operations(const InferArgs& args) {
  const Dims &input = args.inputs[0].dims, &first = args.inputs[1].dims,
             &second = args.inputs[3].dims;
  const int64_t between = core::elems(input) / input[1] * first[0];
  return between * (2 * input[1] + count_instructions(args, "first_program")) +
         count_outputs(args) * 2 * core::elems(second) / second[0] + count_program(args);
}

}  // namespace

const OpDefinition& convolution_pair_op() {
  static const OpDefinition op{
      .name = "ConvolutionPair",
      .meaning = "a convolution of single pixels and a depthwise one on it, each with a program",
      .layer_type = kInternalLayer,
      .attributes = attributes(),
      .inputs = {{"input"},
                 {.name = "first_kernel", .weights = true},
                 {.name = "first_bias", .optional = true, .weights = true},
                 {.name = "second_kernel", .weights = true},
                 {.name = "second_bias", .optional = true, .weights = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
      .is_spatial = true,
  };
  return op;
}

}  // namespace trtlike::ops
