// MatrixMultiply: products of matrices and vectors, one for each index of the leading extents.
#include "ops/arithmetic.h"
#include "ops/shapes/matmul_shape.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType &a = args.inputs[0], &b = args.inputs[1];
  TRTLIKE_CHECK(core::is_number(a.dtype), "[ops] input 0 'a': expected numbers, got ",
                core::dtype_name(a.dtype), ".");
  TRTLIKE_CHECK(a.dtype == b.dtype, "[ops] input 1 'b': expected ", core::dtype_name(a.dtype),
                " as input 0, got ", core::dtype_name(b.dtype), ".");
  args.outputs[0] = {a.dtype, matmul_shape(args.attributes, a.dims, b.dims).output()};
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &a = args.inputs[0], &b = args.inputs[1], &out = args.outputs[0];
  const MatmulShape shape = matmul_shape(args.attributes, a.dims, b.dims);
  core::dispatch_dtype(out.dtype, "product", [&](auto tag) {
    using T = decltype(tag);
    using Wide = core::Wide<T>;
    multiply_wide<Wide>(shape, a, b,
                        [&](int64_t i, Wide v) { out.as<T>()[i] = core::narrow<T>(v); });
  });
}

}  // namespace

const OpDefinition& matrix_multiply_op() {
  static const OpDefinition op{
      .name = "MatrixMultiply",
      .meaning = "the product of two matrices (or vectors) for each index of the leading extents",
      .layer_type = LayerType::MatrixMultiply,
      .attributes = {{"op0", int64_t{0}}, {"op1", int64_t{0}}},
      .inputs = {{.name = "a", .packable = true}, {.name = "b", .packable = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_product,
      .rounding = kDiminished,
      .converts_operands = true,
  };
  return op;
}

}  // namespace trtlike::ops
