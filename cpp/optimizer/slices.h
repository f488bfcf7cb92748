// Slices that take a contiguous range of one axis.
#pragma once

#include <optional>

#include "ir/graph.h"

namespace trtlike::optimizer {

struct AxisSlice {
  int axis = 0;
  int64_t start = 0;
  int64_t extent = 0;
};

/// The slice when the node is a Slice that takes a known range of exactly one axis, with steps of 1
/// and nothing beyond the input.
std::optional<AxisSlice> axis_slice(const ir::Graph& graph, ir::NodeId node);
/// The attributes of such a slice.
ir::AttributeList slice_attributes(const AxisSlice& slice);

}  // namespace trtlike::optimizer
