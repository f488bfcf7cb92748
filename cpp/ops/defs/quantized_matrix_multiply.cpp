// QuantizedMatrixMultiply: products of matrices of integers that stand for real numbers, and the
// pointwise program that fusion has put behind them.
#include "ops/arithmetic.h"
#include "ops/shapes/matmul_shape.h"
#include "ops/shapes/quantized_product.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const MatmulShape shape = matmul_shape(args.attributes, args.inputs[0].dims, args.inputs[1].dims);
  const Dims out = shape.output();
  args.outputs[0] = {check_quantized(args, shape.n, out), out};
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &a = args.inputs[0], &b = args.inputs[1];
  const MatmulShape shape = matmul_shape(args.attributes, a.dims, b.dims);
  std::vector<float> input = centred_input(args);
  std::vector<double> sums(static_cast<size_t>(args.outputs[0].elems()));
  multiply_wide<double>(shape, {input.data(), DataType::Float, a.dims}, b,
                        [&](int64_t i, double v) { sums[static_cast<size_t>(i)] = v; });
  store_quantized(args, sums, shape.n, 1);
}

std::vector<AttributeSpec> attributes() {
  std::vector<AttributeSpec> specs{{"op0", int64_t{0}}, {"op1", int64_t{0}}};
  for (AttributeSpec& spec : quantized_attributes()) specs.push_back(std::move(spec));
  return specs;
}

int64_t count_operations(const InferArgs& args) {
  return count_product(args) + count_program(args);
}

}  // namespace

const OpDefinition& quantized_matrix_multiply_op() {
  static const OpDefinition op{
      .name = "QuantizedMatrixMultiply",
      .meaning = "a product of quantized matrices followed by a pointwise program",
      .layer_type = kInternalLayer,
      .attributes = attributes(),
      .inputs = quantized_inputs(),
      .variadic = true,
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = {kFirstQuantizedOperand, never, never},
  };
  return op;
}

}  // namespace trtlike::ops
