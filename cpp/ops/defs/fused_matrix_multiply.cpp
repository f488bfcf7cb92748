// FusedMatrixMultiply: a matrix product, a bias along its columns, and a pointwise program on the
// result.
#include "ops/arithmetic.h"
#include "ops/convert.h"
#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/broadcast.h"
#include "ops/shapes/matmul_shape.h"

namespace trtlike::ops {
namespace {

constexpr size_t kBias = 2;
constexpr size_t kFirstOperand = 3;

/// No text is the program that changes nothing.
PointwiseProgram read_program(const Attributes& attributes) {
  const std::string& text = attributes.get_string("program");
  return text.empty() ? PointwiseProgram{.num_inputs = 1} : PointwiseProgram::parse(text);
}

void infer(const InferArgs& args) {
  const TensorType &a = args.inputs[0], &b = args.inputs[1];
  TRTLIKE_CHECK(core::is_float(a.dtype), "[ops] input 0 'a': expected floating-point numbers, got ",
                core::dtype_name(a.dtype), ".");
  TRTLIKE_CHECK(a.dtype == b.dtype, "[ops] input 1 'b': expected ", core::dtype_name(a.dtype),
                " as input 0, got ", core::dtype_name(b.dtype), ".");
  const MatmulShape shape = matmul_shape(args.attributes, a.dims, b.dims);
  const Dims out = shape.output();
  if (args.has_input(kBias)) {
    const Dims& bias = args.inputs[kBias].dims;
    const bool known = core::is_static(bias) && shape.n >= 0;
    TRTLIKE_CHECK(!known || core::elems(bias) == 1 ||
                      (core::elems(bias) == shape.n && bias[bias.rank() - 1] == shape.n),
                  "[ops] input 2 'bias': expected ", shape.n, " elements, got shape ", bias, ".");
  }
  const PointwiseProgram program = read_program(args.attributes);
  const size_t operands =
      args.inputs.size() > kFirstOperand ? args.inputs.size() - kFirstOperand : 0;
  TRTLIKE_CHECK(static_cast<size_t>(program.num_inputs) == operands + 1,
                "[ops] attribute 'program': expected ", operands + 1, " inputs, got ",
                program.num_inputs, ".");
  for (size_t i = kFirstOperand; i < args.inputs.size(); ++i) {
    const Dims& dims = args.inputs[i].dims;
    TRTLIKE_CHECK(repeats_to(dims, out), "[ops] input ", i,
                  ": expected a shape that broadcasts to ", out, ", got ", dims, ".");
  }
  args.outputs[0] = {a.dtype, out};
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &a = args.inputs[0], &b = args.inputs[1], &out = args.outputs[0];
  const MatmulShape shape = matmul_shape(args.attributes, a.dims, b.dims);
  std::vector<double> product(static_cast<size_t>(out.elems()));
  multiply_wide<double>(shape, a, b, [&](int64_t i, double v) {
    if (args.has_input(kBias)) {
      const core::TensorView& bias = args.inputs[kBias];
      v += bias.at(bias.elems() == 1 ? 0 : i % shape.n);
    }
    product[static_cast<size_t>(i)] = v;
  });
  const PointwiseProgram program = read_program(args.attributes);
  const auto operands = args.inputs.subspan(std::min(kFirstOperand, args.inputs.size()));
  std::vector<double> inputs(operands.size() + 1);
  std::vector<double> registers(static_cast<size_t>(program.num_registers()));
  core::dispatch_dtype(out.dtype, "FusedMatrixMultiply", [&](auto tag) {
    using T = decltype(tag);
    for_each_broadcast(out.dims, operands, [&](int64_t i, const int64_t* at) {
      inputs[0] = product[static_cast<size_t>(i)];
      for (size_t k = 0; k < operands.size(); ++k) inputs[k + 1] = operands[k].at(at[k]);
      out.as<T>()[i] = convert_element<T>(evaluate(program, inputs.data(), registers.data()));
    });
  });
}

int64_t count_operations(const InferArgs& args) {
  return count_product(args) + count_program(args);
}

}  // namespace

const OpDefinition& fused_matrix_multiply_op() {
  static const OpDefinition op{
      .name = "FusedMatrixMultiply",
      .meaning = "a matrix product, a bias along its columns, and a pointwise program",
      .layer_type = kInternalLayer,
      .attributes = {{"op0", int64_t{0}}, {"op1", int64_t{0}}, {"program", std::string()}},
      .inputs = {{.name = "a", .packable = true},
                 {.name = "b", .packable = true},
                 {.name = "bias", .optional = true, .weights = true},
                 {.name = "operand", .optional = true}},
      .variadic = true,
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = {kFirstOperand, never, never},
      .converts_operands = true,
  };
  return op;
}

}  // namespace trtlike::ops
