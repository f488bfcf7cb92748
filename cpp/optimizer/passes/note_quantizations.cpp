// Writes on tensors of integers what Quantize and Dequantize nodes say that they stand for.
#include <string_view>

#include "optimizer/passes/passes.h"
#include "optimizer/quantization/constants.h"

namespace trtlike::optimizer {

int note_quantizations(ir::Graph& graph) {
  for (const ir::NodeId id : graph.nodes()) {
    const ir::Node& node = graph.node(id);
    const bool quantizes = std::string_view(node.op->name) == "Quantize";
    if (!quantizes && std::string_view(node.op->name) != "Dequantize") continue;
    const auto quantization = quantization_of(graph, node);
    if (quantization)
      graph.mutable_value(quantizes ? node.outputs[0] : node.inputs[0]).quantization =
          *quantization;
  }
  return 0;
}

}  // namespace trtlike::optimizer
