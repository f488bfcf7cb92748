// Det: determinants of square matrices.
#include <cmath>
#include <utility>

#include "ops/arithmetic.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  check_square(args);
  const Dims& dims = args.inputs[0].dims;
  args.outputs[0] = {args.inputs[0].dtype, {}};
  for (int d = 0; d + 2 < dims.rank(); ++d) args.outputs[0].dims.push_back(dims[d]);
}

/// The row at or below the diagonal whose element in this column is largest; NaN is larger than
/// every number.
size_t find_pivot(const double* matrix, size_t size, size_t column) {
  size_t best = column;
  for (size_t row = column; row < size; ++row) {
    const double v = std::abs(matrix[row * size + column]);
    if (std::isnan(v)) return row;
    if (v > std::abs(matrix[best * size + column])) best = row;
  }
  return best;
}

/// Elimination with row exchanges, in place. A column of zeros eliminates nothing, so that a NaN
/// behind it still counts.
double determinant(double* matrix, size_t size) {
  double result = 1;
  for (size_t column = 0; column < size; ++column) {
    const size_t pivot = find_pivot(matrix, size, column);
    if (pivot != column) {
      result = -result;
      for (size_t i = 0; i < size; ++i)
        std::swap(matrix[pivot * size + i], matrix[column * size + i]);
    }
    const double diagonal = matrix[column * size + column];
    result *= diagonal;
    if (diagonal == 0) continue;
    for (size_t row = column + 1; row < size; ++row) {
      const double factor = matrix[row * size + column] / diagonal;
      for (size_t i = column + 1; i < size; ++i)
        matrix[row * size + i] -= factor * matrix[column * size + i];
    }
  }
  return result;
}

void reference(const ReferenceArgs& args) {
  std::vector<double> elements = read_elements(args.inputs[0]);
  const Dims& dims = args.inputs[0].dims;
  const auto size = static_cast<size_t>(dims[dims.rank() - 1]);
  std::vector<double> results(static_cast<size_t>(args.outputs[0].elems()));
  for (size_t i = 0; i < results.size(); ++i)
    results[i] = determinant(elements.data() + i * size * size, size);
  write_elements(results, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  return 2 * count_inputs(args) * dims[dims.rank() - 1] / 3;
}

}  // namespace

const OpDefinition& det_op() {
  static const OpDefinition op{
      .name = "Det",
      .meaning = "determinants of square matrices",
      .layer_type = LayerType::PluginV3,
      .attributes = {},
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
  };
  return op;
}

}  // namespace trtlike::ops
