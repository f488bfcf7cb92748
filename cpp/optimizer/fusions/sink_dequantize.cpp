// What only picks elements for a product of integers does it on the quantized ones, so that they
// stay integers from kernel to kernel. After the rules that look for such nodes around others.
#include <algorithm>
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/quantization/constants.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

/// Someone multiplies the elements as integers, perhaps after they were moved again.
bool is_multiplied(const ir::Graph& graph, ir::ValueId id, int depth) {
  for (const ir::NodeId user : graph.value(id).users) {
    const ir::Node& node = graph.node(user);
    if (node.inputs[0] == id && match_integer_weights(graph, user)) return true;
    if (depth > 0 && moves_elements(node) && is_multiplied(graph, node.outputs[0], depth - 1))
      return true;
  }
  return false;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  if (!moves_elements(node)) return std::nullopt;
  const ir::NodeId first = graph.producer_of(node.inputs[0], "Dequantize");
  const auto steps = first ? match_steps(graph, first) : std::nullopt;
  constexpr int kMostMoves = 8;
  if (!steps || !is_byte(steps->type) || !is_multiplied(graph, node.outputs[0], kMostMoves))
    return std::nullopt;
  std::vector<ir::ValueId> inputs = node.inputs;
  const size_t data = node.op->joins_inputs ? inputs.size() : 1;
  for (size_t i = 0; i < data; ++i) {
    const ir::NodeId dequantize = graph.producer_of(inputs[i], "Dequantize");
    if (!dequantize || match_steps(graph, dequantize) != steps) return std::nullopt;
    inputs[i] = graph.node(dequantize).inputs[0];
  }
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ir::Node& dequantize = graph.node(first);
  std::vector<ir::ValueId> parts = dequantize.inputs;
  parts[0] = patch.add(node.op->name, node.name, inputs, attribute_list(node));
  ir::AttributeList attributes = attribute_list(dequantize);
  for (auto& [name, value] : attributes)
    if (name == "axis") value = int64_t{-1};
  patch.replace(node.outputs[0],
                patch.add("Dequantize", node.name + " dequantize", parts, attributes));
  return patch;
}

}  // namespace

Rule sink_dequantize() {
  return {"sink_dequantize", "Shuffle(Dequantize(x)) -> Dequantize(Shuffle(x))", "", 350, rewrite};
}

}  // namespace trtlike::optimizer
