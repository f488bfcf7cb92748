// Operation counts that several ops share.
#include "ops/arithmetic.h"

#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/convolution_shape.h"
#include "ops/shapes/matmul_shape.h"
#include "ops/shapes/recurrent_shape.h"

namespace trtlike::ops {
namespace {

int64_t elems(const Dims& dims) { return dims.rank() < 0 ? 0 : core::elems(dims); }

}  // namespace

const Dims& input_dims(const InferArgs& args, size_t i) {
  static const Dims kAbsent = Dims::unknown_rank();
  return i < args.inputs.size() ? args.inputs[i].dims : kAbsent;
}

int64_t count_inputs(const InferArgs& args) { return elems(input_dims(args, 0)); }

int64_t count_outputs(const InferArgs& args) {
  return args.outputs.empty() ? 0 : elems(args.outputs[0].dims);
}

int64_t count_instructions(const InferArgs& args, const char* attribute) {
  const std::string& text = args.attributes.get_string(attribute);
  if (text.empty()) return 0;
  int64_t instructions = 0;
  for (const PointwiseInstruction& i : PointwiseProgram::parse(text).instructions)
    instructions += i.op != PointwiseOpcode::Constant;
  return instructions;
}

int64_t count_program(const InferArgs& args) {
  return count_instructions(args, "program") * count_outputs(args);
}

int64_t count_convolution(const InferArgs& args) {
  const ConvolutionShape s =
      convolution_shape(args.attributes, input_dims(args, 0), input_dims(args, 1));
  return 2 * count_outputs(args) * (s.input_channels / s.groups) * volume(s.kernel);
}

int64_t count_product(const InferArgs& args) {
  const MatmulShape s = matmul_shape(args.attributes, input_dims(args, 0), input_dims(args, 1));
  return 2 * s.num_batches() * s.m * s.n * s.k;
}

int64_t count_recurrent(const InferArgs& args, int64_t gates) {
  const RecurrentShape s = recurrent_shape(args.attributes, input_dims(args, 0),
                                           input_dims(args, 1), input_dims(args, 2), gates);
  return 2 * s.steps * s.batch * s.directions * gates * s.hidden * (s.inputs + s.hidden);
}

int64_t count_operations(const OpDefinition& op, const Attributes& attributes,
                         std::span<const TensorType> inputs, std::span<const TensorType> outputs) {
  if (op.count_operations == nullptr) return 0;
  std::vector<TensorType> types(outputs.begin(), outputs.end());
  return op.count_operations({op.self, attributes, inputs, {}, types});
}

}  // namespace trtlike::ops
