// Elements of values that follow from constants and known shapes alone: scales of a resize, bounds
// of a range.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace trtlike::onnx {

/// Runs the references of the nodes behind `value`; nothing when one of them depends on the
/// network's inputs' elements or on extents that are not known, or when the tensors are large.
std::optional<std::vector<double>> evaluate(const ir::Graph& graph, ir::ValueId value);

}  // namespace trtlike::onnx
