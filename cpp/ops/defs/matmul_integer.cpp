// MatMulInteger: products of matrices of bytes, less their zero points, in 32 bits (ONNX
// MatMulInteger).
#include "ops/arithmetic.h"
#include "ops/host_values.h"
#include "ops/shapes/integer_product.h"
#include "ops/shapes/quantized_product.h"

namespace trtlike::ops {
namespace {

void check_operand(const InferArgs& args, size_t input, const char* name) {
  const DataType dtype = args.inputs[input].dtype;
  TRTLIKE_CHECK(is_byte(dtype), "[ops] input ", input, " '", name,
                "': expected INT8 or UINT8, got ", core::dtype_name(dtype), ".");
}

void check_zeros(const InferArgs& args, size_t operand, const char* name, const Dims& dims,
                 int64_t count) {
  const size_t input = operand + 2;
  if (!args.has_input(input)) return;
  const TensorType &type = args.inputs[input], &of = args.inputs[operand];
  TRTLIKE_CHECK(type.dtype == of.dtype, "[ops] input ", input, " '", name, "': expected ",
                core::dtype_name(of.dtype), " as input ", operand, ", got ",
                core::dtype_name(type.dtype), ".");
  const bool is_open = !core::is_static(type.dims) || !core::is_static(dims) || count < 0;
  const int64_t given = is_open ? 1 : core::elems(type.dims);
  TRTLIKE_CHECK(given == 1 || given == count || given == core::elems(dims), "[ops] input ", input,
                " '", name, "': expected one element, or one for each of ", count, ", got shape ",
                type.dims, ".");
}

void infer(const InferArgs& args) {
  check_operand(args, 0, "a");
  check_operand(args, 1, "b");
  const IntegerProduct product = integer_product(args.inputs[0].dims, args.inputs[1].dims);
  check_zeros(args, 0, "a_zero_point", product.row_dims, product.rows_a_matrix);
  check_zeros(args, 1, "b_zero_point", {product.columns}, product.columns);
  args.outputs[0] = {DataType::Int32, product.output};
}

/// Zero point i of `count`; 0 where there is none.
int64_t zero_of(const std::vector<int64_t>& zeros, int64_t i) {
  if (zeros.empty()) return 0;
  return zeros[static_cast<size_t>(i % static_cast<int64_t>(zeros.size()))];
}

void reference(const ReferenceArgs& args) {
  const IntegerProduct product = integer_product(args.inputs[0].dims, args.inputs[1].dims);
  const std::vector<int64_t> a = int_elements(args.inputs[0]), b = int_elements(args.inputs[1]);
  const auto zeros = [&](size_t i) {
    return args.has_input(i) ? int_elements(args.inputs[i]) : std::vector<int64_t>();
  };
  const std::vector<int64_t> a_zeros = zeros(2), b_zeros = zeros(3);
  auto* out = args.outputs[0].as<int32_t>();
  const int64_t n = product.columns, k = product.depth;
  for (int64_t i = 0; i < product.rows; ++i)
    for (int64_t j = 0; j < n; ++j) {
      int64_t sum = 0;
      for (int64_t t = 0; t < k; ++t)
        sum += (a[static_cast<size_t>(i * k + t)] - zero_of(a_zeros, i)) *
               (b[static_cast<size_t>(t * n + j)] - zero_of(b_zeros, j));
      out[i * n + j] = core::narrow<int32_t>(sum);
    }
}

int64_t count_operations(const InferArgs& args) {
  const IntegerProduct product = integer_product(args.inputs[0].dims, args.inputs[1].dims);
  return 2 * product.rows * product.columns * product.depth;
}

}  // namespace

IntegerProduct integer_product(const Dims& a, const Dims& b) {
  const bool fits = a.rank() >= 2 && b.rank() == 2 &&
                    (a[a.rank() - 1] == b[0] || a[a.rank() - 1] < 0 || b[0] < 0);
  TRTLIKE_CHECK(fits, "[ops] input 1 'b': expected a matrix of as many rows as the columns of a ",
                a, ", got ", b, ".");
  IntegerProduct product;
  const int rank = a.rank();
  product.depth = std::max(a[rank - 1], b[0]);
  product.columns = b[1];
  product.rows_a_matrix = a[rank - 2];
  for (int d = 0; d < rank - 1; ++d) product.row_dims.push_back(a[d]);
  product.rows = core::is_static(product.row_dims) ? core::elems(product.row_dims) : -1;
  product.output = product.row_dims;
  product.output.push_back(b[1]);
  return product;
}

const OpDefinition& matmul_integer_op() {
  static const OpDefinition op{
      .name = "MatMulInteger",
      .meaning = "products of matrices of bytes less their zero points, in 32 bits",
      .layer_type = LayerType::PluginV3,
      .attributes = {},
      .inputs = {{.name = "a"},
                 {.name = "b", .weights = true},
                 {.name = "a_zero_point", .optional = true},
                 {.name = "b_zero_point", .optional = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
  };
  return op;
}

}  // namespace trtlike::ops
