// Computes one node on given tensors with its op's reference. For folding, and for tests that
// compare graphs.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/tensor_view.h"
#include "ir/graph.h"

namespace trtlike::optimizer {

/// A tensor with its own memory.
struct OwnedTensor {
  std::shared_ptr<void> data;
  core::TensorView view;
};

/// The node's outputs. Inputs are dense and of concrete shape; an absent one has rank -1. Throws
/// UnsupportedError when the op has neither a reference nor outputs that follow from shapes.
std::vector<OwnedTensor> evaluate_node(const ir::Node& node,
                                       std::span<const core::TensorView> inputs);

}  // namespace trtlike::optimizer
