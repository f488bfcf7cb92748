// Squeeze, Unsqueeze and Shuffle of known extents get the one spelling of what they do, so that
// equal ones are seen to be equal and transposes that move nothing become reshapes.
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const auto map = shuffle_map(graph, id);
  if (!map) return std::nullopt;
  const auto attributes = shuffle_attributes(*map);
  const ir::Node& node = graph.node(id);
  if (!attributes) return std::nullopt;
  const ops::OpDefinition& shuffle = ops::get_op("Shuffle");
  if (node.op == &shuffle && !has_input(node, 1) &&
      node.attributes == ops::complete_attributes(shuffle, *attributes))
    return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  patch.replace(node.outputs[0], patch.add("Shuffle", node.name, {node.inputs[0]}, *attributes));
  return patch;
}

}  // namespace

Rule canonicalise_shuffle() {
  return {"canonicalise_shuffle", "Squeeze(x) -> Shuffle(x)", "", 45, rewrite};
}

}  // namespace trtlike::optimizer
