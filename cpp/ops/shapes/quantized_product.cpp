// Checks and the end of products of integers.
#include "ops/shapes/quantized_product.h"

#include <algorithm>

#include "core/check.h"
#include "ops/convert.h"
#include "ops/elements.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {
std::vector<AttributeSpec> quantized_attributes() {
  return {{"zero_point", int64_t{0}},
          {"program", std::string()},
          {"to_type", enum_number(DataType::Float)}};
}

std::vector<InputSpec> quantized_inputs() {
  return {{"input"},
          {.name = "kernel", .weights = true},
          {.name = "rescale", .weights = true},
          {.name = "operand", .optional = true}};
}

PointwiseProgram quantized_program(const Attributes& attributes) {
  const std::string& text = attributes.get_string("program");
  return text.empty() ? PointwiseProgram{.num_inputs = 1} : PointwiseProgram::parse(text);
}

DataType check_quantized(const InferArgs& args, int64_t channels, const Dims& out) {
  const TensorType &input = args.inputs[0], &kernel = args.inputs[1],
                   &rescale = args.inputs[kRescale];
  TRTLIKE_CHECK(is_byte(input.dtype), "[ops] input 0 'input': expected INT8 or UINT8, got ",
                core::dtype_name(input.dtype), ".");
  TRTLIKE_CHECK(kernel.dtype == DataType::Int8, "[ops] input 1 'kernel': expected INT8, got ",
                core::dtype_name(kernel.dtype), ".");
  TRTLIKE_CHECK(rescale.dtype == DataType::Float && rescale.dims.rank() == 2 &&
                    rescale.dims[0] == 2 && (channels < 0 || rescale.dims[1] == channels),
                "[ops] input 2 'rescale': expected FLOAT of shape [2, ", channels, "], got ",
                core::dtype_name(rescale.dtype), " of shape ", rescale.dims, ".");
  const int64_t zero = args.attributes.get_int("zero_point");
  const int64_t lowest = input.dtype == DataType::Int8 ? -128 : 0;
  TRTLIKE_CHECK(zero >= lowest && zero <= lowest + 255, "[ops] attribute 'zero_point': expected ",
                lowest, " to ", lowest + 255, " for ", core::dtype_name(input.dtype), ", got ",
                zero, ".");
  const PointwiseProgram program = quantized_program(args.attributes);
  const size_t operands =
      1 + args.inputs.size() - std::min(args.inputs.size(), kFirstQuantizedOperand);
  TRTLIKE_CHECK(static_cast<size_t>(program.num_inputs) == operands,
                "[ops] attribute 'program': expected ", operands, " inputs, got ",
                program.num_inputs, ".");
  for (size_t i = kFirstQuantizedOperand; i < args.inputs.size(); ++i)
    TRTLIKE_CHECK(repeats_to(args.inputs[i].dims, out), "[ops] input ", i,
                  ": expected a shape that broadcasts to ", out, ", got ", args.inputs[i].dims,
                  ".");
  const DataType to = to_type(args.attributes);
  TRTLIKE_CHECK(is_byte(to) || core::is_float(to),
                "[ops] attribute 'to_type': expected INT8, UINT8 or a floating-point type, got ",
                core::dtype_name(to), ".");
  return to;
}

std::vector<float> centred_input(const ReferenceArgs& args) {
  const core::TensorView& input = args.inputs[0];
  const auto zero = static_cast<double>(args.attributes.get_int("zero_point"));
  std::vector<float> out(static_cast<size_t>(input.elems()));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<float>(input.at(static_cast<int64_t>(i)) - zero);
  return out;
}

void store_quantized(const ReferenceArgs& args, const std::vector<double>& sums, int64_t channels,
                     int64_t inner) {
  const core::TensorView &rescale = args.inputs[kRescale], &out = args.outputs[0];
  const PointwiseProgram program = quantized_program(args.attributes);
  const auto operands = args.inputs.subspan(std::min(kFirstQuantizedOperand, args.inputs.size()));
  std::vector<double> inputs(1 + operands.size());
  std::vector<double> registers(static_cast<size_t>(program.num_registers()));
  core::dispatch_dtype(out.dtype, "quantized product", [&](auto tag) {
    using T = decltype(tag);
    for_each_broadcast(out.dims, operands, [&](int64_t i, const int64_t* at) {
      const int64_t channel = i / inner % channels;
      inputs[0] =
          sums[static_cast<size_t>(i)] * rescale.at(channel) + rescale.at(channels + channel);
      for (size_t k = 0; k < operands.size(); ++k) inputs[1 + k] = operands[k].at(at[k]);
      out.as<T>()[i] = convert_element<T>(evaluate(program, inputs.data(), registers.data()));
    });
  });
}

}  // namespace trtlike::ops
