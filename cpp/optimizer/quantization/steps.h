// The scale and zero point of Quantize and Dequantize nodes, for rules about pairs of them.
#pragma once

#include <optional>

#include "ir/graph.h"

namespace trtlike::optimizer {

/// One scale and zero point for the whole tensor, and the type of the integers.
struct QuantizationSteps {
  double scale = 1;
  double zero_point = 0;
  DataType type = DataType::Int8;
  bool operator==(const QuantizationSteps&) const = default;
};

/// Nothing when the node is neither op, or its steps are not constant or not positive, or vary.
std::optional<QuantizationSteps> match_steps(const ir::Graph& graph, ir::NodeId node);

/// The Quantize that a Dequantize of the same steps reads; none where there is another one.
ir::NodeId quantize_before(const ir::Graph& graph, ir::NodeId dequantize);

}  // namespace trtlike::optimizer
