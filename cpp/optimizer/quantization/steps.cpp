// Reading scales and zero points.
#include "optimizer/quantization.h"

#include "optimizer/match.h"

namespace trtlike::optimizer {

std::optional<QuantizationSteps> match_steps(const ir::Graph& graph, ir::NodeId id) {
  const bool quantizes = is_op(graph, id, "Quantize");
  if (!quantizes && !is_op(graph, id, "Dequantize")) return std::nullopt;
  const ir::Node& node = graph.node(id);
  const auto scale = ir::constant_scalar(graph, node.inputs[1]);
  const auto zero =
      has_input(node, 2) ? ir::constant_scalar(graph, node.inputs[2]) : std::optional(0.0);
  if (!scale || !zero || !(*scale > 0)) return std::nullopt;
  return QuantizationSteps{*scale, *zero,
                           dtype_of(graph, quantizes ? node.outputs[0] : node.inputs[0])};
}

ir::NodeId quantize_before(const ir::Graph& graph, ir::NodeId dequantize) {
  const auto steps = match_steps(graph, dequantize);
  if (!steps) return {};
  const ir::NodeId quantize = graph.producer_of(graph.node(dequantize).inputs[0], "Quantize");
  return quantize && match_steps(graph, quantize) == steps ? quantize : ir::NodeId{};
}

}  // namespace trtlike::optimizer
