// Computes one op on given tensors with its reference. For folding, for refitting, and for tests
// that compare graphs.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/tensor_view.h"
#include "ops/op.h"

namespace trtlike::ops {

/// A tensor with its own memory.
struct OwnedTensor {
  std::shared_ptr<void> data;
  core::TensorView view;
};

/// Types and extents of the outputs. Inputs are dense and of concrete shape; an absent one has rank
/// -1. Throws UserError as infer does.
std::vector<TensorType> evaluated_types(const OpDefinition& op, const Attributes& attributes,
                                        std::span<const core::TensorView> inputs);

/// The outputs. Throws UnsupportedError when the op has neither a reference nor outputs that follow
/// from shapes.
std::vector<OwnedTensor> evaluate(const OpDefinition& op, const Attributes& attributes,
                                  std::span<const core::TensorView> inputs);

}  // namespace trtlike::ops
