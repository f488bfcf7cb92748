// The geometry of Slice: which elements of the input each element of the output reads. What its
// shape rule, reference and kernels share.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// One axis: element i of the output is element start + i * stride of the input.
struct SliceAxis {
  int64_t start = 0;
  int64_t extent = 0;  ///< of the output
  int64_t stride = 1;
};

/// The element of an axis of `extent` > 0 that `position` reads; below zero where the fill value
/// stands.
int64_t sample_position(int64_t position, int64_t extent, SampleMode mode);

/// ONNX's start and end (from the back when below zero, clamped to the axis) as start and count.
SliceAxis clamped_range(int64_t start, int64_t end, int64_t stride, int64_t extent);

/// All axes of an input of extents `dims`, from the three lists (`axes` and `stride` may be empty).
/// Elements may be kUnknownElement and extents -1; then start is kUnknownElement or extent -1 where
/// they cannot be known. Throws UserError for lists that do not fit together or reach outside.
struct SliceLists {
  std::vector<int64_t> start, shape, stride, axes;
  bool clamp_ends = false;
  SampleMode mode = SampleMode::StrictBounds;
};
std::vector<SliceAxis> slice_axes(const SliceLists& lists, const Dims& dims);

/// The axes of Padding, which is a Slice that fills with zeros. Throws UserError for counts that do
/// not fit.
std::vector<SliceAxis> padding_axes(const Attributes& attributes, const Dims& dims);

/// The lists of a node at run time: attributes, or the elements of the inputs that are present.
SliceLists slice_lists(const ReferenceArgs& args);
SampleMode sample_mode(const Attributes& attributes, const char* name);

}  // namespace trtlike::ops
