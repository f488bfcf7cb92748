// FusedConvolution: a convolution and the pointwise program that fusion has put behind it.
#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/convert.h"
#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/broadcast.h"
#include "ops/shapes/convolution_shape.h"

namespace trtlike::ops {
namespace {

constexpr size_t kFirstExtra = 3;

size_t num_extras(size_t num_inputs) {
  return num_inputs > kFirstExtra ? num_inputs - kFirstExtra : 0;
}

/// The attribute's program; without one the output is the convolution.
PointwiseProgram get_program(const Attributes& attributes) {
  const std::string& text = attributes.get_string("program");
  if (!text.empty()) return PointwiseProgram::parse(text);
  PointwiseProgram program;
  program.num_inputs = 1;
  return program;
}

void check_extra(const InferArgs& args, size_t i, const Dims& out) {
  const Dims& dims = args.inputs[i].dims;
  TRTLIKE_CHECK(dims.rank() == out.rank() && repeats_to(dims, out), "[ops] input ", i,
                ": expected extents that broadcast to ", out, ", got ", dims, ".");
}

void infer(const InferArgs& args) {
  const ConvolutionShape shape =
      convolution_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  check_bias(args, 2, shape.output_channels);
  const Dims out = output_dims(shape, args.inputs[0].dims.rank());
  const PointwiseProgram program = get_program(args.attributes);
  const size_t operands = 1 + num_extras(args.inputs.size());
  TRTLIKE_CHECK(static_cast<size_t>(program.num_inputs) == operands,
                "[ops] attribute 'program': expected ", operands, " inputs, got ",
                program.num_inputs, ".");
  for (size_t i = kFirstExtra; i < args.inputs.size(); ++i) check_extra(args, i, out);
  args.outputs[0] = {args.inputs[0].dtype, out};
}

void reference(const ReferenceArgs& args) {
  const ConvolutionShape shape =
      convolution_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  const std::vector<double> sums = convolve(shape, args);
  const PointwiseProgram program = get_program(args.attributes);
  const core::TensorView& out = args.outputs[0];
  const auto extras = args.inputs.subspan(std::min(kFirstExtra, args.inputs.size()));
  std::vector<double> inputs(1 + extras.size());
  std::vector<double> registers(static_cast<size_t>(program.num_registers()));
  core::dispatch_dtype(out.dtype, "FusedConvolution", [&](auto tag) {
    using T = decltype(tag);
    for_each_broadcast(out.dims, extras, [&](int64_t i, const int64_t* at) {
      inputs[0] = sums[static_cast<size_t>(i)];
      for (size_t k = 0; k < extras.size(); ++k) inputs[1 + k] = extras[k].at(at[k]);
      out.as<T>()[i] = convert_element<T>(evaluate(program, inputs.data(), registers.data()));
    });
  });
}

std::vector<AttributeSpec> attributes() {
  std::vector<AttributeSpec> specs = convolution_attributes();
  specs.push_back({"program", std::string()});
  return specs;
}

int64_t count_operations(const InferArgs& args) {
  return count_convolution(args) + count_program(args);
}

bool ends_in_rounding(const InferArgs& args) {
  const auto rounding = rounding_to(args.outputs[0].dtype);
  return rounding && ends_with(get_program(args.attributes), *rounding);
}

}  // namespace

const OpDefinition& fused_convolution_op() {
  static const OpDefinition op{
      .name = "FusedConvolution",
      .meaning = "a convolution followed by a pointwise program on its sums and further operands",
      .layer_type = kInternalLayer,
      .attributes = attributes(),
      .inputs = {{"input"},
                 {.name = "kernel", .weights = true},
                 {.name = "bias", .optional = true, .weights = true},
                 {.name = "operand", .optional = true}},
      .variadic = true,
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = {kFirstExtra, never, never, ends_in_rounding},
      .is_spatial = true,
  };
  return op;
}

}  // namespace trtlike::ops
