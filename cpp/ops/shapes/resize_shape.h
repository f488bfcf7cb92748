// The geometry of Resize: which input elements each output element weighs, axis by axis. What its
// shape rule, reference and kernels share.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// out[i] = sum over t < taps of weights[i * taps + t] * in[indices[i * taps + t]]. The output of a
/// Resize is the composition over all axes. An axis that keeps its elements has one tap.
struct ResizeAxis {
  int64_t in = 0;
  int64_t out = 0;
  int taps = 1;
  std::vector<int32_t> indices;
  std::vector<float> weights;
  bool is_identity = true;
  /// Elements that lie outside of the input and are filled; empty when there is none.
  std::vector<bool> outside = {};
};

/// Throws UserError for lists that do not fit `input`. `shape` are the elements of the shape input
/// or attribute (may be empty: then the scales say the extents), kUnknownElement where unknown.
Dims resize_output(const Attributes& attributes, const Dims& input,
                   const std::vector<int64_t>& shape);

/// Needs known extents. `by_shape`: the shape input or attribute gave the extents, so that scales
/// follow from them, unless the attribute keeps_scales says that they are given too. `computed` are
/// the elements of the scales input, which go before both; empty where it is absent.
std::vector<ResizeAxis> resize_axes(const Attributes& attributes, const Dims& input,
                                    const Dims& output, bool by_shape,
                                    const std::vector<double>& computed = {});

}  // namespace trtlike::ops
