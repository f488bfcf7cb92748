// Shape rule of batched matrix products.
#include "ops/shapes/matmul_shape.h"

#include <algorithm>

namespace trtlike::ops {
namespace {

struct Operand {
  Dims batch;
  int64_t rows = 1, columns = 1;
};

MatrixOperation get_operation(const Attributes& attributes, const char* name) {
  const int64_t value = attributes.get_int(name);
  TRTLIKE_CHECK(value >= 0 && value <= 2, "[ops] attribute '", name,
                "': expected NONE (0), TRANSPOSE (1) or VECTOR (2), got ", value, ".");
  return static_cast<MatrixOperation>(value);
}

/// A vector is a row on the left and a column on the right.
Operand make_operand(const Dims& dims, MatrixOperation op, bool left, const char* name) {
  const int matrix_rank = op == MatrixOperation::Vector ? 1 : 2;
  TRTLIKE_CHECK(dims.rank() >= matrix_rank, "[ops] input ", left ? 0 : 1, " '", name,
                "': expected rank ", matrix_rank, " or more, got rank ", dims.rank(),
                " with shape ", dims, ".");
  Operand out;
  for (int i = 0; i < dims.rank() - matrix_rank; ++i) out.batch.push_back(dims[i]);
  const int64_t last = dims[dims.rank() - 1];
  if (op == MatrixOperation::Vector) {
    (left ? out.columns : out.rows) = last;
    return out;
  }
  out.rows = dims[dims.rank() - 2];
  out.columns = last;
  if (op == MatrixOperation::Transpose) std::swap(out.rows, out.columns);
  return out;
}

}  // namespace

MatmulShape matmul_shape(const Attributes& attributes, const Dims& a, const Dims& b) {
  MatmulShape shape;
  shape.op_a = get_operation(attributes, "op0");
  shape.op_b = get_operation(attributes, "op1");
  const Operand left = make_operand(a, shape.op_a, true, "a");
  const Operand right = make_operand(b, shape.op_b, false, "b");
  TRTLIKE_CHECK(left.batch.rank() == right.batch.rank(),
                "[ops] inputs 0 'a' and 1 'b': expected as many extents before the matrix, got ", a,
                " and ", b, ".");
  for (int i = 0; i < left.batch.rank(); ++i) {
    const int64_t l = left.batch[i], r = right.batch[i];
    TRTLIKE_CHECK(l == r || l == 1 || r == 1 || l < 0 || r < 0,
                  "[ops] inputs 0 'a' and 1 'b': expected extents before the matrix that agree or "
                  "are 1, got ",
                  a, " and ", b, ".");
  }
  TRTLIKE_CHECK(left.columns == right.rows || left.columns < 0 || right.rows < 0,
                "[ops] inputs 0 'a' and 1 'b': expected ", left.columns,
                " rows in the second matrix, got ", right.rows, " with shapes ", a, " and ", b,
                ".");
  shape.m = left.rows;
  shape.n = right.columns;
  shape.k = std::max(left.columns, right.rows);
  shape.batch_a = left.batch;
  shape.batch_b = right.batch;
  shape.batch = core::broadcast(left.batch, right.batch);
  return shape;
}

Dims MatmulShape::output() const {
  Dims out = batch;
  if (op_a != MatrixOperation::Vector) out.push_back(m);
  if (op_b != MatrixOperation::Vector) out.push_back(n);
  return out;
}

int64_t MatmulShape::operand_index(const Dims& operand, int64_t index) const {
  int64_t out = 0, stride = 1;
  for (int i = batch.rank() - 1; i >= 0; --i) {
    const int64_t extent = std::max<int64_t>(batch[i], 1);
    if (operand[i] != 1) out += index % extent * stride;
    stride *= operand[i];
    index /= extent;
  }
  return out;
}

}  // namespace trtlike::ops
