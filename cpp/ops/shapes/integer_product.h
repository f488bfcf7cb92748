// The geometry of MatMulInteger: what its shape rule, reference and kernels share.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// out[i, j] = sum over t of (a[i, t] - a_zero[i]) * (b[t, j] - b_zero[j]), of as many rows as a
/// has in all its matrices. A zero point is one for all, one a column of b, or for a one a row: of
/// every matrix the same, or of each its own. Extents may be -1 before run time.
struct IntegerProduct {
  int64_t rows = 1, columns = 1, depth = 1;
  int64_t rows_a_matrix = 1;
  Dims row_dims;  ///< of a without its columns
  Dims output;
};

/// Throws UserError for operands that cannot be multiplied, naming both shapes.
IntegerProduct integer_product(const Dims& a, const Dims& b);

}  // namespace trtlike::ops
