// The geometry of attention, whichever way heads are laid out. Shared by the op definition and the
// kernels.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// out[b, h, i] = sum over j of softmax_j(scale * query[b, h, i] . key[b, h, j] + mask[b, h, i, j])
/// * value[b, h, j]. Causal: j > i takes no part, though a NaN or infinity in such a value may
/// reach the output. A query of which all keys have a score of -infinity gives NaN, as the softmax
/// of such a row does; without any keys it gives zeros.
struct AttentionShape {
  int64_t batch = 1, heads = 1, queries = 1, keys = 1;
  int64_t depth = 1;        ///< elements of a query and of a key
  int64_t value_depth = 1;  ///< elements of a value
  double scale = 1;
  bool causal = false;
  bool packed = false;  ///< query, key and value are parts of input 0

  /// An operand [b, h, s, d] at base + b * batch + h * head + s * row + d, in elements.
  struct Strides {
    int64_t batch = 0, head = 0, row = 0;
    int64_t base = 0;  ///< first element inside the input (packed operands)
  };
  Strides query, key, value, output;
  /// Mask [b, h, i, j] at b * batch + h * head + i * row + j * mask_column.
  Strides mask;
  int64_t mask_column = 0;
};

/// Extents may be -1 (strides are then meaningless). Throws UserError for operands that do not fit.
/// Absent operands have rank -1.
AttentionShape attention_shape(const Attributes& attributes, const Dims& query, const Dims& key,
                               const Dims& value, const Dims& mask);

/// The output's extents.
Dims attention_output(const AttentionShape& shape, int64_t num_heads_attribute);

}  // namespace trtlike::ops
