// WeightOnlyMatrixMultiply: a product of floating-point rows by a matrix of integers that stand for
// real numbers block by block, and the pointwise program that fusion has put behind it.
#include <algorithm>
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/convert.h"
#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/broadcast.h"
#include "ops/shapes/matmul_shape.h"
#include "ops/shapes/quantized_product.h"

namespace trtlike::ops {
namespace {

void check_weights(const InferArgs& args, const MatmulShape& shape) {
  const TensorType &b = args.inputs[1], &scales = args.inputs[kRescale];
  TRTLIKE_CHECK(b.dtype == DataType::Int8 || b.dtype == DataType::Int4,
                "[ops] input 1 'b': expected INT8 or INT4, got ", core::dtype_name(b.dtype), ".");
  TRTLIKE_CHECK(core::elems(shape.batch_b) == 1,
                "[ops] input 1 'b': expected one matrix, got shape ", b.dims, ".");
  const int64_t block = args.attributes.get_int("block");
  TRTLIKE_CHECK(block > 0, "[ops] attribute 'block': expected a positive number, got ", block, ".");
  const int64_t blocks = (shape.k + block - 1) / block;
  TRTLIKE_CHECK(scales.dtype == DataType::Float && scales.dims == (Dims{2, blocks, shape.n}),
                "[ops] input 2 'scales': expected FLOAT of shape ", (Dims{2, blocks, shape.n}),
                ", got ", core::dtype_name(scales.dtype), " of shape ", scales.dims, ".");
  if (args.constant(kRescale) == nullptr || !core::is_static(scales.dims)) return;
  const core::TensorView view{const_cast<void*>(args.constant(kRescale)), scales.dtype,
                              scales.dims};
  for (int64_t i = view.elems() / 2; i < view.elems(); ++i)
    TRTLIKE_CHECK(
        view.at(i) >= -128 && view.at(i) <= 127 && std::nearbyint(view.at(i)) == view.at(i),
        "[ops] input 2 'scales': expected whole numbers from -128 to 127 as zero points, "
        "got ",
        view.at(i), ".");
}

void infer(const InferArgs& args) {
  const TensorType& a = args.inputs[0];
  TRTLIKE_CHECK(core::is_float(a.dtype), "[ops] input 0 'a': expected floating-point numbers, got ",
                core::dtype_name(a.dtype), ".");
  const MatmulShape shape = matmul_shape(args.attributes, a.dims, args.inputs[1].dims);
  check_weights(args, shape);
  const Dims out = shape.output();
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
  args.outputs[0] = {a.dtype, out};
}

/// The real numbers of input 1.
std::vector<double> real_weights(const ReferenceArgs& args, const MatmulShape& shape) {
  const core::TensorView &b = args.inputs[1], &scales = args.inputs[kRescale];
  const int64_t block = args.attributes.get_int("block"), zeros = scales.elems() / 2;
  std::vector<double> out(static_cast<size_t>(b.elems()));
  for (int64_t k = 0; k < shape.k; ++k)
    for (int64_t n = 0; n < shape.n; ++n) {
      const int64_t i = k * shape.b_row_stride() + n * shape.b_column_stride();
      const int64_t at = k / block * shape.n + n;
      out[static_cast<size_t>(i)] = (b.at(i) - scales.at(zeros + at)) * scales.at(at);
    }
  return out;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &a = args.inputs[0], &b = args.inputs[1], &out = args.outputs[0];
  const MatmulShape shape = matmul_shape(args.attributes, a.dims, b.dims);
  std::vector<double> weights = real_weights(args, shape);
  std::vector<double> product(static_cast<size_t>(out.elems()));
  multiply_wide<double>(shape, a, {weights.data(), DataType::Double, b.dims},
                        [&](int64_t i, double v) { product[static_cast<size_t>(i)] = v; });
  const PointwiseProgram program = quantized_program(args.attributes);
  const auto operands = args.inputs.subspan(std::min(kFirstQuantizedOperand, args.inputs.size()));
  std::vector<double> inputs(1 + operands.size());
  std::vector<double> registers(static_cast<size_t>(program.num_registers()));
  core::dispatch_dtype(out.dtype, "WeightOnlyMatrixMultiply", [&](auto tag) {
    using T = decltype(tag);
    for_each_broadcast(out.dims, operands, [&](int64_t i, const int64_t* at) {
      inputs[0] = product[static_cast<size_t>(i)];
      for (size_t k = 0; k < operands.size(); ++k) inputs[1 + k] = operands[k].at(at[k]);
      out.as<T>()[i] = convert_element<T>(evaluate(program, inputs.data(), registers.data()));
    });
  });
}

int64_t count_operations(const InferArgs& args) {
  return count_product(args) + count_program(args);
}

}  // namespace

const OpDefinition& weight_only_matrix_multiply_op() {
  static const OpDefinition op{
      .name = "WeightOnlyMatrixMultiply",
      .meaning = "a product by a matrix of quantized numbers followed by a pointwise program",
      .layer_type = kInternalLayer,
      .attributes = {{"op0", int64_t{0}},
                     {"op1", int64_t{0}},
                     {"block", int64_t{1}},
                     {"program", std::string()}},
      .inputs = {{"a"},
                 {.name = "b", .weights = true, .takes_narrow = true},
                 {.name = "scales", .weights = true},
                 {.name = "operand", .optional = true}},
      .variadic = true,
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = {kFirstQuantizedOperand, never, never},
  };
  return op;
}

}  // namespace trtlike::ops
