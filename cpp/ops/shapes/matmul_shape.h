// The geometry of a batched matrix product: what MatrixMultiply's shape rule, reference and kernels
// share.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// C[batch] = A[batch] (m x k) times B[batch] (k x n). Extents may be -1 before run time.
struct MatmulShape {
  MatrixOperation op_a = MatrixOperation::None;
  MatrixOperation op_b = MatrixOperation::None;
  int64_t m = 1, n = 1, k = 1;
  /// The broadcast extents before the matrix.
  Dims batch;
  Dims batch_a, batch_b;

  /// The product's extents: a vector operand leaves no extent of its own.
  Dims output() const;
  /// Elements from one row of A to the next, and from one column to the next; likewise of B (k, n).
  int64_t a_row_stride() const { return op_a == MatrixOperation::Transpose ? 1 : k; }
  int64_t a_column_stride() const { return op_a == MatrixOperation::Transpose ? m : 1; }
  int64_t b_row_stride() const { return op_b == MatrixOperation::None ? n : 1; }
  int64_t b_column_stride() const { return op_b == MatrixOperation::None ? 1 : k; }
  /// Products in all; needs known extents.
  int64_t num_batches() const { return core::elems(batch); }
  /// Which matrix of A, counted from its first, the product `index` reads; likewise of B.
  int64_t a_index(int64_t index) const { return operand_index(batch_a, index); }
  int64_t b_index(int64_t index) const { return operand_index(batch_b, index); }

 private:
  int64_t operand_index(const Dims& operand, int64_t index) const;
};

/// Throws UserError for operands that cannot be multiplied, naming both shapes.
MatmulShape matmul_shape(const Attributes& attributes, const Dims& a, const Dims& b);

/// A times B in W: double, or the wide type of integers, which wrap; `store(i, v)` receives element
/// i of the dense product.
template <typename W, typename Store>
void multiply_wide(const MatmulShape& shape, const core::TensorView& a, const core::TensorView& b,
                   Store&& store) {
  const auto elements = [](const core::TensorView& view) {
    std::vector<W> out(static_cast<size_t>(view.elems()));
    core::dispatch_dtype(view.dtype, "matrix", [&](auto tag) {
      const auto* from = view.as<decltype(tag)>();
      for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<W>(core::widen(from[i]));
    });
    return out;
  };
  const std::vector<W> left = elements(a), right = elements(b);
  std::vector<W> row(static_cast<size_t>(shape.n));
  const int64_t batches = shape.num_batches();
  for (int64_t batch = 0; batch < batches; ++batch) {
    const W* pa = left.data() + shape.a_index(batch) * shape.m * shape.k;
    const W* pb = right.data() + shape.b_index(batch) * shape.k * shape.n;
    for (int64_t i = 0; i < shape.m; ++i) {
      std::fill(row.begin(), row.end(), W{0});
      for (int64_t j = 0; j < shape.k; ++j) {
        const W x = pa[i * shape.a_row_stride() + j * shape.a_column_stride()];
        const W* b_row = pb + j * shape.b_row_stride();
        for (int64_t c = 0; c < shape.n; ++c) {
          W& sum = row[static_cast<size_t>(c)];
          sum = core::wrapping_sum(sum,
                                   core::wrapping_product(x, b_row[c * shape.b_column_stride()]));
        }
      }
      for (int64_t c = 0; c < shape.n; ++c)
        store((batch * shape.m + i) * shape.n + c, row[static_cast<size_t>(c)]);
    }
  }
}

}  // namespace trtlike::ops
