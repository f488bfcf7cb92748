// Which element types each node's floating-point operands may take, from the builder's flags and
// the layers' constraints.
#pragma once

#include <vector>

#include "ir/graph.h"
#include "trtlike/builder.h"

namespace trtlike::builder {

/// One list a node, in `order`; never empty. A layer's own precision is obeyed when the flags say
/// so, else preferred last. FP16 tensors may always be computed on as FP32, which is no less exact.
std::vector<std::vector<DataType>> choose_precisions(const ir::Graph& graph,
                                                     const std::vector<ir::NodeId>& order,
                                                     const BuilderConfig& config);

}  // namespace trtlike::builder
