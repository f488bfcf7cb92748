// A reduction whose axes are put back as 1 keeps them: patterns of means and maxima then look
// alike.
#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& shuffle = graph.node(id);
  const ir::NodeId reduce = graph.producer_of(shuffle.inputs[0], "Reduce");
  const auto map = shuffle_map(graph, id);
  if (!reduce || !map || !map->is_reshape()) return std::nullopt;
  const ir::Node& node = graph.node(reduce);
  if (node.attributes.get_bool("keep_dims")) return std::nullopt;
  Dims kept = dims_of(graph, node.inputs[0]);
  for (const int axis : mask_axes(node.attributes.get_int("axes"), kept.rank())) kept[axis] = 1;
  if (kept != dims_of(graph, shuffle.outputs[0])) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(reduce);
  ir::AttributeList attributes = {{"op", node.attributes.get_int("op")},
                                  {"axes", node.attributes.get_int("axes")},
                                  {"keep_dims", true}};
  const ir::ValueId reduced = patch.add("Reduce", node.name, {node.inputs[0]}, attributes);
  patch.replace(shuffle.outputs[0], reduced);
  // Other readers of the narrow result get it from the wide one, for nothing.
  if (only_reader(graph, node.outputs[0]) != id) {
    const auto narrow = with_unknown_extent(dims_of(graph, node.outputs[0]));
    const auto wide = with_unknown_extent(kept);
    if (!narrow || !wide) return std::nullopt;
    patch.replace(node.outputs[0],
                  add_shuffle(patch, shuffle.name, reduced, reshape_map(*wide, *narrow)));
  }
  return patch;
}

}  // namespace

Rule keep_reduced_axes() {
  return {"keep_reduced_axes", "Shuffle(Reduce(x)) -> Reduce(x) {keep_dims}", "Shuffle", 25,
          rewrite};
}

}  // namespace trtlike::optimizer
