// Ops that are there for what they do, not for what they give.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// Nodes of the op are computed though nobody reads their outputs, and its layer has none.
inline bool has_effect(const OpDefinition& op) { return op.layer_type == LayerType::Assertion; }

}  // namespace trtlike::ops
