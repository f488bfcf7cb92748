// What Quantize and Dequantize share: where the scale of an element is.
#pragma once

#include "ops/pointwise/pointwise_lowering.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

/// Scales are one for the tensor, one for each index of `axis`, or, when they have the input's
/// rank, one for each block of elements. Throws UserError for other shapes.
void check_scale(const InferArgs& args, const OpDefinition& op);
/// The attribute "block_shape", where it is given, says what the extents of the scales say. Throws
/// UserError where it does not.
void check_block_shape(const InferArgs& args);
/// Zero points are elements of the stored type.
void check_zero_point(const InferArgs& args, const OpDefinition& op, DataType stored);

/// Either op by a scale for the tensor or an axis.
void lower_quantization(const InferArgs& args, bool quantizes, PointwiseLowering& out);

/// The element of `scale` (checked) for each element of an input of extents `dims`.
class ScaleIndex {
 public:
  ScaleIndex(const Dims& dims, const Dims& scale, int64_t axis);

  /// Calls f(element, element of the scale) for the elements in row-major order.
  template <typename F>
  void for_each(F&& f) const {
    const int last = dims_.rank() - 1;
    const int64_t columns = last < 0 ? 1 : dims_[last];
    const int64_t block = last < 0 ? 1 : block_[last], stride = last < 0 ? 0 : scale_strides_[last];
    const int64_t count = core::elems(dims_);
    for (int64_t row = 0; row < count; row += columns) {
      const int64_t first = scale_of(row);
      for (int64_t i = 0; i < columns; ++i) f(row + i, first + i / block * stride);
    }
  }

 private:
  int64_t scale_of(int64_t element) const;

  Dims dims_;
  Dims strides_;  ///< of the input
  Dims block_;    ///< elements of each dimension that share a scale
  Dims scale_strides_;
};

}  // namespace trtlike::ops
