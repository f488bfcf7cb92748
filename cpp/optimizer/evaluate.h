// Computes one node on given tensors with its op's reference.
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"
#include "ops/evaluate.h"

namespace trtlike::optimizer {

using ops::OwnedTensor;

/// The node's outputs; see ops::evaluate.
inline std::vector<OwnedTensor> evaluate_node(const ir::Node& node,
                                              std::span<const core::TensorView> inputs) {
  return ops::evaluate(*node.op, node.attributes, inputs);
}

}  // namespace trtlike::optimizer
