// Inverse: the inverses of square matrices.
#include <algorithm>
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  check_square(args);
  args.outputs[0] = args.inputs[0];
}

/// Gauss and Jordan's elimination by the largest pivots. A singular matrix has no inverse: what
/// comes is not finite.
void invert(std::vector<double>& a, int64_t n, double* inverse) {
  const auto at = [&](int64_t i, int64_t j) -> double& {
    return a[static_cast<size_t>(i * n + j)];
  };
  for (int64_t i = 0; i < n * n; ++i) inverse[i] = i % (n + 1) == 0 ? 1 : 0;
  for (int64_t column = 0; column < n; ++column) {
    int64_t pivot = column;
    for (int64_t i = column + 1; i < n; ++i)
      if (std::abs(at(i, column)) > std::abs(at(pivot, column))) pivot = i;
    for (int64_t j = 0; pivot != column && j < n; ++j) {
      std::swap(at(pivot, j), at(column, j));
      std::swap(inverse[pivot * n + j], inverse[column * n + j]);
    }
    const double divisor = at(column, column);
    for (int64_t j = 0; j < n; ++j) {
      at(column, j) /= divisor;
      inverse[column * n + j] /= divisor;
    }
    for (int64_t i = 0; i < n; ++i) {
      const double factor = at(i, column);
      if (i == column || factor == 0) continue;
      for (int64_t j = 0; j < n; ++j) {
        at(i, j) -= factor * at(column, j);
        inverse[i * n + j] -= factor * inverse[column * n + j];
      }
    }
  }
}

void reference(const ReferenceArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  const int64_t n = dims[dims.rank() - 1];
  const std::vector<double> x = read_elements(args.inputs[0]);
  std::vector<double> y(x.size());
  for (size_t begin = 0; begin < x.size(); begin += static_cast<size_t>(n * n)) {
    std::vector<double> matrix(x.data() + begin, x.data() + begin + n * n);
    invert(matrix, n, y.data() + begin);
  }
  write_elements(y, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  return 2 * count_inputs(args) * dims[dims.rank() - 1];
}

}  // namespace

const OpDefinition& inverse_op() {
  static const OpDefinition op{
      .name = "Inverse",
      .meaning = "the inverses of square matrices",
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
