// Operation counts by op. Products count twice: a multiplication and an addition.
#include "ops/arithmetic.h"

#include <algorithm>
#include <map>

#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/attention_shape.h"
#include "ops/shapes/convolution_shape.h"
#include "ops/shapes/einsum_equation.h"
#include "ops/shapes/matmul_shape.h"
#include "ops/shapes/pooling_shape.h"
#include "ops/shapes/recurrent_shape.h"

namespace trtlike::ops {
namespace {

struct Operands {
  const Attributes& attributes;
  std::span<const TensorType> inputs;
  std::span<const TensorType> outputs;

  const Dims& input(size_t i) const {
    static const Dims kAbsent = Dims::unknown_rank();
    return i < inputs.size() ? inputs[i].dims : kAbsent;
  }
  int64_t input_elems(size_t i) const { return elems(input(i)); }
  int64_t output_elems() const { return outputs.empty() ? 0 : elems(outputs[0].dims); }
  static int64_t elems(const Dims& dims) { return dims.rank() < 0 ? 0 : core::elems(dims); }
};

int64_t volume(const WindowAxes& axes) { return axes[0] * axes[1] * axes[2]; }

int64_t count_instructions(const Operands& o, const char* attribute) {
  const std::string& text = o.attributes.get_string(attribute);
  if (text.empty()) return 0;
  int64_t instructions = 0;
  for (const PointwiseInstruction& i : PointwiseProgram::parse(text).instructions)
    instructions += i.op != PointwiseOpcode::Constant;
  return instructions;
}

/// Instructions of the attribute "program", for each element of the output.
int64_t count_program(const Operands& o) {
  return count_instructions(o, "program") * o.output_elems();
}

int64_t count_convolution(const Operands& o) {
  const ConvolutionShape s = convolution_shape(o.attributes, o.input(0), o.input(1));
  return 2 * o.output_elems() * (s.input_channels / s.groups) * volume(s.kernel);
}

int64_t count_convolution_pair(const Operands& o) {
  const Dims &input = o.input(0), &first = o.input(1), &second = o.input(3);
  const int64_t between = core::elems(input) / input[1] * first[0];
  return between * (2 * input[1] + count_instructions(o, "first_program")) +
         o.output_elems() * 2 * core::elems(second) / second[0] + count_program(o);
}

int64_t count_deconvolution(const Operands& o) {
  const ConvolutionShape s = deconvolution_shape(o.attributes, o.input(0), o.input(1));
  return 2 * o.input_elems(0) * (s.output_channels / s.groups) * volume(s.kernel);
}

int64_t count_product(const Operands& o) {
  const MatmulShape s = matmul_shape(o.attributes, o.input(0), o.input(1));
  return 2 * s.num_batches() * s.m * s.n * s.k;
}

int64_t count_einsum(const Operands& o) {
  std::vector<Dims> operands;
  for (const TensorType& input : o.inputs) operands.push_back(input.dims);
  int64_t terms = 1;
  for (int64_t extent : parse_einsum(o.attributes.get_string("equation"), operands).extents)
    terms *= extent;
  return static_cast<int64_t>(o.inputs.size()) * terms;
}

int64_t count_attention(const Operands& o) {
  const AttentionShape s =
      attention_shape(o.attributes, o.input(0), o.input(1), o.input(2), o.input(3));
  return 2 * s.batch * s.heads * s.queries * s.keys * (s.depth + s.value_depth);
}

int64_t count_recurrent(const Operands& o, int64_t gates) {
  const RecurrentShape s = recurrent_shape(o.attributes, o.input(0), o.input(1), o.input(2), gates);
  return 2 * s.steps * s.batch * s.directions * gates * s.hidden * (s.inputs + s.hidden);
}

int64_t count_pooling(const Operands& o) {
  return o.output_elems() * volume(pooling_shape(o.attributes, o.input(0)).window.kernel);
}

int64_t count_outputs(const Operands& o) { return o.output_elems(); }
int64_t count_inputs(const Operands& o) { return o.input_elems(0); }

using Count = int64_t (*)(const Operands&);

const std::map<std::string_view, Count>& counts() {
  static const std::map<std::string_view, Count> kCounts = {
      {"Convolution", count_convolution},
      {"FusedConvolution",
       [](const Operands& o) { return count_convolution(o) + count_program(o); }},
      {"ConvolutionPair", count_convolution_pair},
      {"Deconvolution", count_deconvolution},
      {"MatrixMultiply", count_product},
      {"FusedMatrixMultiply",
       [](const Operands& o) { return count_product(o) + count_program(o); }},
      {"Einsum", count_einsum},
      {"Attention", count_attention},
      {"LSTM", [](const Operands& o) { return count_recurrent(o, 4); }},
      {"GRU", [](const Operands& o) { return count_recurrent(o, 3); }},
      {"RNN", [](const Operands& o) { return count_recurrent(o, 1); }},
      {"Pooling", count_pooling},
      {"PointWise", count_program},
      {"Activation", count_outputs},
      {"ElementWise", count_outputs},
      {"Unary", count_outputs},
      {"ParametricReLU", count_outputs},
      {"Scale", [](const Operands& o) { return 2 * o.output_elems(); }},
      {"Quantize", count_outputs},
      {"Dequantize", count_outputs},
      {"Reduce", count_inputs},
      // A maximum, a difference, an exponential, a sum and a quotient.
      {"Softmax", [](const Operands& o) { return 5 * o.input_elems(0); }},
      // Two moments, and two operations to apply them.
      {"Normalization", [](const Operands& o) { return 5 * o.input_elems(0); }},
      {"Cumulative", count_inputs},
      {"LRN",
       [](const Operands& o) {
         return 2 * o.input_elems(0) * o.attributes.get_int("window_size");
       }},
      {"Resize", count_outputs},
      {"GridSample", count_outputs},
  };
  return kCounts;
}

}  // namespace

int64_t count_operations(const OpDefinition& op, const Attributes& attributes,
                         std::span<const TensorType> inputs, std::span<const TensorType> outputs) {
  const auto found = counts().find(op.name);
  return found == counts().end() ? 0 : found->second({attributes, inputs, outputs});
}

}  // namespace trtlike::ops
